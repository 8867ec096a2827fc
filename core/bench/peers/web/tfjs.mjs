// TensorFlow.js on its WebAssembly backend, one thread.

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { answer, timer } from "./answer.mjs";

const MILLION = 1 << 20;
const positive = (...shape) => tf.randomUniform(shape, 0.5, 1.5);
const small = (...shape) => tf.randomUniform(shape, -0.05, 0.05);

// An operation whose result is let go; reading one element would cost a copy, and the backend computes at once.
const freed = (call) => () => tf.dispose(call());

function of(count, shape, call) {
  return () => {
    const arrays = Array.from({ length: count }, () => positive(...shape));
    return freed(() => call(...arrays));
  };
}

function cycle() {
  const x = positive(2, 2);
  const gradient = tf.grad((x) => x.mul(2).mul(x).sum());
  return freed(() => gradient(x));
}

function mlp() {
  const shapes = [[784, 256], [256], [256, 10], [10]];
  const parameters = shapes.map((shape) => tf.variable(small(...shape)));
  const data = small(256, 784);
  const classes = tf.oneHot(tf.range(0, 256, 1, "int32").mod(tf.scalar(10, "int32")), 10);
  const [w1, b1, w2, b2] = parameters;
  const loss = () => {
    const out = data.matMul(w1).add(b1).relu().matMul(w2).add(b2);
    return out.logSoftmax().mul(classes).sum().neg();
  };
  return () =>
    tf.tidy(() => {
      const { grads } = tf.variableGrads(loss, parameters);
      for (const p of parameters) p.assign(p.sub(grads[p.name].mul(0.01)));
    });
}

answer(async () => {
  setWasmPaths("/packages/@tensorflow/tfjs-backend-wasm/dist/");
  setThreadsCount(1);
  await tf.setBackend("wasm");
  return timer({
    "a + b, 2x2": of(2, [2, 2], (a, b) => a.add(b)),
    "y = x*2; z = y*x; z.backward()": cycle,
    "a + b, 1 M": of(2, [MILLION], (a, b) => a.add(b)),
    "exp, 1 M": of(1, [MILLION], (a) => a.exp()),
    "tanh, 1 M": of(1, [MILLION], (a) => a.tanh()),
    "sigmoid, 1 M": of(1, [MILLION], (a) => a.sigmoid()),
    "log, 1 M": of(1, [MILLION], (a) => a.log()),
    "sum, 1 M": of(1, [MILLION], (a) => a.sum()),
    "softmax, 4096x1000": of(1, [4096, 1000], (a) => a.softmax()),
    "dot, 64": of(2, [64, 64], (a, b) => a.matMul(b)),
    "dot, 512": of(2, [512, 512], (a, b) => a.matMul(b)),
    "dot, 1024": of(2, [1024, 1024], (a, b) => a.matMul(b)),
    "dot, 512, a.T b": of(2, [512, 512], (a, b) => a.matMul(b, true, false)),
    "dot, 512, a b.T": of(2, [512, 512], (a, b) => a.matMul(b, false, true)),
    "MLP step, batch 256": mlp,
  });
});
