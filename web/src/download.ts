interface File {
  size: number;
  response: Promise<Response>;
}

/** Fetches a fixed set of files, all at once, while telling how many bytes of them have come. */
export class Download {
  private readonly files: Map<string, File>;
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
    this.files = new Map(
      Object.entries(bytes).map(([name, size]) => [name, { size, response: fetch(folder + name) }]),
    );
    // A file that fails before anybody has asked for it still fails where it is asked for.
    for (const { response } of this.files.values()) response.catch(() => {});
  }

  /** A file in parts, as they come. Each file can be had once. */
  async *parts(name: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { size, response } = this.file(name);
    const { ok, status, body } = await response;
    if (!ok) throw new Error(`${name}: the server answered ${status}`);
    const reader = body!.getReader();
    let at = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      at += part.value.length;
      if (at > size) throw new Error(`${name}: longer than when it was built`);
      this.loaded += part.value.length;
      this.onProgress(this.loaded, this.total);
      yield part.value;
    }
    if (at < size) throw new Error(`${name}: ${at} of ${size} bytes came`);
  }

  async bytes(name: string): Promise<ArrayBuffer> {
    // Its size is known, so that each byte is copied once.
    const content = new Uint8Array(this.file(name).size);
    let at = 0;
    for await (const part of this.parts(name)) {
      content.set(part, at);
      at += part.length;
    }
    return content.buffer;
  }

  private file(name: string): File {
    const file = this.files.get(name);
    if (!file) throw new Error(`${name}: not one of the files to load`);
    return file;
  }
}
