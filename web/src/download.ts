/** Fetches a fixed set of files, all at once, while telling how many bytes of them have come. */
export class Download {
  private readonly contents: Map<string, Promise<Uint8Array<ArrayBuffer>>>;
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
    this.contents = new Map(
      Object.entries(bytes).map(([name, size]) => [name, this.fetch(folder + name, name, size)]),
    );
    // A file that fails before anybody has asked for it still fails where it is asked for.
    for (const content of this.contents.values()) content.catch(() => {});
  }

  async bytes(name: string): Promise<ArrayBuffer> {
    const content = this.contents.get(name);
    if (!content) throw new Error(`${name}: not one of the files to load`);
    return (await content).buffer;
  }

  async text(name: string): Promise<string> {
    return new TextDecoder().decode(await this.bytes(name));
  }

  private async fetch(
    address: string,
    name: string,
    size: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
    // Its size is known, so that each byte is copied once.
    const content = new Uint8Array(size);
    const reader = response.body!.getReader();
    let at = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > size) throw new Error(`${name}: longer than when it was built`);
      content.set(part.value, at);
      at += part.value.length;
      this.loaded += part.value.length;
      this.onProgress(this.loaded, this.total);
    }
    if (at < size) throw new Error(`${name}: ${at} of ${size} bytes came`);
    return content;
  }
}
