/** Bundle tools/NAME.ts unless the last bundle was made from the very same sources. @returns the file to run */
export function bundleTool(tool: string): Promise<string>;
