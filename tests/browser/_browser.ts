/**
 * A real browser: Debian's `chromium` without a window, driven by playwright-core.
 *
 * @module
 */

import { type Browser, chromium, type Page } from "npm:playwright-core@1.64.1";

export type { Browser, Page };

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where the browser is; `undefined` where there is none. */
export const CHROMIUM: string | undefined = PATHS.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** What keeps a browser from asking anything of the network by itself. */
const ARGUMENTS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** The sizes of windows that pages are looked at in. */
export const WINDOWS = {
  phone: { width: 360, height: 780 },
  desktop: { width: 1280, height: 900 },
} as const;

export type WindowName = keyof typeof WINDOWS;

/** The colour schemes that people may prefer. */
export const SCHEMES = ["light", "dark"] as const;

export type Scheme = (typeof SCHEMES)[number];

/** Starts the browser; close it at the end. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}

/** How a page is looked at. */
export interface View {
  readonly window?: WindowName;
  readonly scheme?: Scheme;
  readonly hasScript?: boolean;
}

/** A page that is open, and what it did besides showing itself. */
export interface OpenPage {
  readonly page: Page;
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  /** Errors, and what was written to the console. */
  readonly complaints: string[];
}

/** Opens an address in a window of its own. */
export async function openPage(
  browser: Browser,
  address: string,
  { window = "desktop", scheme = "light", hasScript = true }: View = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: WINDOWS[window],
    colorScheme: scheme,
    reducedMotion: "reduce",
    javaScriptEnabled: hasScript,
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  return { page, requests, complaints };
}
