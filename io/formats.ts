/**
 * The formats of a run: the built-in ones, and those from outside, which are loaded here.
 *
 * @module
 */

import { BUILT_IN, type FormatList } from "../formats/built_in.ts";
import { checkedReader, checkedWriter } from "../formats/plugin.ts";

/** The modules of formats from outside. */
export interface PluginModules {
  readonly readers: readonly PluginModule[];
  readonly writers: readonly PluginModule[];
  /** Whether the program is an executable, which takes JavaScript only. */
  readonly isStandalone: boolean;
}

/** A module with a format. */
export interface PluginModule {
  /** The path as it was given, for messages. */
  readonly path: string;
  /** The same as a `file:` URL. */
  readonly url: string;
}

/** No formats from outside. */
export const NO_PLUGINS: PluginModules = { readers: [], writers: [], isStandalone: false };

/**
 * Loads formats from outside, next to the built-in ones.
 *
 * @throws {Error} where a module cannot be loaded, or holds no such format
 */
export async function loadFormats(plugins: PluginModules): Promise<FormatList> {
  const { isStandalone } = plugins;
  const readers = plugins.readers.map(async (plugin) =>
    checkedReader(await loaded(plugin, "reader", isStandalone), plugin.path)
  );
  const writers = plugins.writers.map(async (plugin) =>
    checkedWriter(await loaded(plugin, "writer", isStandalone), plugin.path)
  );
  return {
    readers: [...BUILT_IN.readers, ...await Promise.all(readers)],
    writers: [...BUILT_IN.writers, ...await Promise.all(writers)],
    pages: BUILT_IN.pages,
  };
}

async function loaded(
  { path, url }: PluginModule,
  noun: string,
  isStandalone: boolean,
): Promise<unknown> {
  try {
    return await import(url);
  } catch (error) {
    const isTypeScript = /\.[mc]?tsx?$/.test(path);
    const hint = isStandalone && isTypeScript
      ? "the executable takes JavaScript only, expected a .js file (deno run takes TypeScript, too)"
      : `${(error as Error).message.split("\n")[0]}, expected a module that exports "${noun}"`;
    throw new Error(`Cannot load ${noun} "${path}": ${hint}`, { cause: error });
  }
}
