// Opens the page of `preview --watch`, scrolls a frame, says so; then waits for words to come in, and tells how it found things.
import { createRequire } from "node:module";

const [, , address, words] = process.argv;
const require = createRequire(process.env.PSCB_MAIL_CHECKERS + "/");
const { chromium } = require("playwright-core");
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
const page = await browser.newPage();
const waiting = page.waitForRequest((request) => request.url().includes("version?after="));
await page.goto(address, { waitUntil: "load" });
await waiting;
await page.evaluate(() => { document.querySelector("iframe").contentWindow.scrollTo(0, 400); document.body.dataset.same = "yes"; });
process.stdout.write("ready\n");
// Asked from outside of the frame: no script runs in it.
const there = (wanted) =>
  [document.querySelector("iframe").contentDocument.body, document.querySelector("pre")].every((each) => each?.textContent.includes(wanted));
await page.waitForFunction(there, words, { polling: 20, timeout: 20000 });
const found = await page.evaluate(() => ({
  same: document.body.dataset.same ?? "",
  scrolled: document.querySelector("iframe").contentWindow.scrollY,
  title: document.title,
  text: document.querySelector("pre").textContent,
}));
await browser.close();
process.stdout.write(JSON.stringify(found) + "\n");
