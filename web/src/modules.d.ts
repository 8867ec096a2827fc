declare module "virtual:runtime-files" {
  const files: import("./messages").RuntimeFiles;
  export default files;
}
