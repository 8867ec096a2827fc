/** Fetches a fixed set of files, all at once, while telling how many bytes of them have come. */
export class Download {
  private readonly responses: Map<string, Promise<Response>>;
  private readonly total: number;
  private loaded = 0;

  /**
   * @param folder address of the folder that holds the files, with a slash at its end
   * @param bytes  the files' names and their sizes in bytes, uncompressed
   */
  constructor(
    folder: string,
    bytes: Record<string, number>,
    private readonly onProgress: (loaded: number, total: number) => void,
  ) {
    this.total = Object.values(bytes).reduce((sum, n) => sum + n, 0);
    this.responses = new Map(
      Object.keys(bytes).map((name) => [name, this.request(folder + name, name)]),
    );
    // A file that fails before anybody has asked for it still fails where it is asked for.
    for (const response of this.responses.values()) response.catch(() => {});
  }

  /** One of the files; its body can be read once. */
  get(name: string): Promise<Response> {
    const response = this.responses.get(name);
    return response ?? Promise.reject(new Error(`${name}: not one of the files to load`));
  }

  async bytes(name: string): Promise<ArrayBuffer> {
    return (await this.get(name)).arrayBuffer();
  }

  private async request(address: string, name: string): Promise<Response> {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
    // What is counted is a copy. The browser keeps compiled WebAssembly only for a response that is
    // as it came from the network, and a second visit starts a third faster for it.
    void this.count(response.clone());
    return response;
  }

  private async count(copy: Response): Promise<void> {
    const counter = new WritableStream<Uint8Array>({
      write: (chunk) => {
        this.loaded += chunk.byteLength;
        this.onProgress(this.loaded, this.total);
      },
    });
    // A transfer that breaks fails where the file is asked for.
    await copy.body!.pipeTo(counter).catch(() => {});
  }
}
