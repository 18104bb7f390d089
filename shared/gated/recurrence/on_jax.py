"""The time loop on JAX: `lax.scan`."""

from jax import lax
from jax import numpy as jnp


def scan_loop(step, inputs, states, mask):
    def body(states, xs):
        x, keep = xs
        new_states = step(x, *states)
        if keep is not None:
            new_states = tuple(
                jnp.where(keep, new, old) for new, old in zip(new_states, states, strict=True)
            )
        return new_states, new_states[0]

    keep = None if mask is None else jnp.transpose(mask)[..., None]  # [t, b, 1]
    states, outputs = lax.scan(body, states, (jnp.swapaxes(inputs, 0, 1), keep))
    return jnp.swapaxes(outputs, 0, 1), states
