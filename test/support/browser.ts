import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';

/** In one process a closed page takes the browser along; without web security the policies under test would not be the real ones. */
const UNWANTED = ['--single-process', '--no-zygote', '--disable-web-security'];
/** A graphics card played by the processor stops the page for half a second now and then; drawn without one, it does not. */
const PLAYED_CARD = [
  '--ignore-gpu-blocklist',
  '--in-process-gpu',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/** A headless Chromium that needs nothing installed. Wait for selectors, never for a quiet network: the live line is never quiet. */
export async function startBrowser(): Promise<Browser> {
  const args = chromium.args.filter((arg) => ![...UNWANTED, ...PLAYED_CARD].includes(arg));
  return playwright.launch({ executablePath: await chromium.executablePath(), args: [...args, '--disable-gpu'], headless: true });
}

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export interface ConsolePage {
  page: Page;
  /** What the page complained about: errors, and breaches of the content security policy. */
  complaints: string[];
}

/** A fresh page (its own cookies and storage) on a console, with its complaints collected. */
export async function openConsole(browser: Browser, url: string, size = DESK): Promise<ConsolePage> {
  const context = await browser.newContext({ viewport: size, locale: 'zh-CN', timezoneId: 'America/New_York' });
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Uncaught|Unhandled/i.test(message.text()))
      complaints.push(message.text());
  });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  return { page, complaints };
}

/** Signs in at the sign-in page and waits for the first room. */
export async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(password);
  await page.locator('[data-test=enter]').click();
  await page.locator('[data-test=plate-search]').waitFor();
}

/**
 * Stops every page of a browser as a laptop that is closed does: nothing runs in them, the clock goes on.
 * @returns wakes them
 */
export async function freezePages(browser: Browser): Promise<() => void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const pids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => pids.forEach((pid) => process.kill(pid, 'SIGCONT'));
}
