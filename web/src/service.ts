/**
 * The service worker: keeps all files of this build, so that a later visit needs no network. It comes
 * with the list of files and the build's name put in front of it, as BUILD and FILES.
 */
export {};

declare const BUILD: string;
declare const FILES: string[];

const worker = self as unknown as ServiceWorkerGlobalScope;

interface ServiceWorkerGlobalScope extends WorkerGlobalScope {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
}

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

worker.addEventListener("install", (event) => {
  const keep = caches.open(BUILD).then((cache) => cache.addAll(FILES));
  (event as ExtendableEvent).waitUntil(keep.then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  (event as ExtendableEvent).waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request, respondWith } = event as FetchEvent;
  if (request.method === "GET") respondWith.call(event, answer(request));
});

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("ndgrad-") && name !== BUILD);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** From what was kept; a page itself rather from the network, so that a new build is seen. */
async function answer(request: Request): Promise<Response> {
  const kept = () => caches.match(request, { ignoreSearch: true });
  if (request.mode !== "navigate") return (await kept()) ?? fetch(request);
  return fetch(request).catch(async () => (await kept()) ?? Response.error());
}
