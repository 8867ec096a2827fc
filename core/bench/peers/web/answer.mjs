// A peer's worker: the first message prepares it, each one after that names a case; the answer is its seconds, or null.

const SECONDS = 0.15;
const SAMPLES = 3;

export function answer(prepare) {
  let time = null;
  addEventListener("message", async ({ data }) => {
    try {
      if (time) postMessage({ seconds: (await time(data)) ?? null });
      else {
        time = await prepare(data);
        postMessage({ ready: true });
      }
    } catch (error) {
      postMessage({ error: String(error?.stack ?? error) });
    }
  });
}

async function sample(call, count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const wait = call();
    if (wait) await wait;
  }
  return (performance.now() - start) / 1000 / count;
}

async function bestOf(samples, call, count) {
  let best = Infinity;
  for (let i = 0; i < samples; i++) best = Math.min(best, await sample(call, count));
  return best;
}

// As measure.py does it.
async function seconds(call) {
  const share = SECONDS / SAMPLES;
  let count = 1;
  let took = 0;
  while ((took = (await bestOf(2, call, count)) * count) < share / 10) count *= 4;
  return bestOf(SAMPLES, call, Math.max(1, Math.floor((share / took) * count)));
}

// Times the cases of a table: each prepares and gives its call.
export function timer(cases) {
  let last = null;
  let call = null;
  return async (name) => {
    if (!(name in cases)) return null;
    if (name !== last) {
      call = await cases[name]();
      last = name;
    }
    return seconds(call);
  };
}
