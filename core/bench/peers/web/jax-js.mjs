// jax-js on its WebAssembly backend, under jit.

import { defaultDevice, grad, init, jit, nn, numpy as np, random } from "@jax-js/jax";
import { answer, timer } from "./answer.mjs";

const MILLION = 1 << 20;
const numbers = (shape, minval, maxval) => random.uniform(random.key(shape.length), shape, { minval, maxval });

// Arrays are consumed by what uses them, so each call passes new references.
function of(count, shape, call) {
  return async () => {
    const arrays = Array.from({ length: count }, () => numbers(shape, 0.5, 1.5));
    const compiled = jit(call);
    return async () => {
      const out = compiled(...arrays.map((a) => a.ref));
      await out.blockUntilReady();
      out.dispose();
    };
  };
}

async function cycle() {
  const x = numbers([2, 2], 0.5, 1.5);
  const gradient = jit(grad((x) => np.multiply(np.multiply(x.ref, 2), x).sum()));
  return async () => {
    const out = gradient(x.ref);
    await out.blockUntilReady();
    out.dispose();
  };
}

answer(async () => {
  await init("wasm");
  defaultDevice("wasm");
  return timer({
    "a + b, 2x2": of(2, [2, 2], np.add),
    "y = x*2; z = y*x; z.backward()": cycle,
    "a + b, 1 M": of(2, [MILLION], np.add),
    "exp, 1 M": of(1, [MILLION], np.exp),
    "tanh, 1 M": of(1, [MILLION], np.tanh),
    "sigmoid, 1 M": of(1, [MILLION], nn.sigmoid),
    "log, 1 M": of(1, [MILLION], np.log),
    "sum, 1 M": of(1, [MILLION], (a) => a.sum()),
    "softmax, 4096x1000": of(1, [4096, 1000], (a) => nn.softmax(a, -1)),
    "dot, 64": of(2, [64, 64], np.matmul),
    "dot, 512": of(2, [512, 512], np.matmul),
    "dot, 1024": of(2, [1024, 1024], np.matmul),
  });
});
