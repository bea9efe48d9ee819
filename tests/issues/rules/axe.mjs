// Opens pages in Chromium and lets axe-core look at them. In: a JSON list of {file, width, scheme, off, shot}; out: a JSON list
// of {file, width, scheme, wide, violations, unseen}. `wide` is by how many pixels a page can be scrolled sideways; `unseen` are
// pictures, of the page and of its frames, that it does not show; `shot`, where there is one, is the file that keeps what was seen.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.env.PSCB_MAIL_CHECKERS + "/");
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8");
const jobs = JSON.parse(readFileSync(0, "utf-8"));
// What is another in the dark: the rest was looked at in the light, at the same width.
const OF_COLOURS = ["color-contrast", "link-in-text-block"];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"],
});

async function look(page, job) {
  await page.setViewportSize({ width: job.width, height: 900 });
  await page.emulateMedia({ colorScheme: job.scheme });
  const only = job.scheme === "dark" ? OF_COLOURS : null;
  const result = await page.evaluate(async ([off, only]) => {
    const rules = { "target-size": { enabled: true }, ...Object.fromEntries(off.map((rule) => [rule, { enabled: false }])) };
    const found = await globalThis.axe.run(document, { resultTypes: ["violations"], ...(only ? { runOnly: only } : { rules }) });
    const told = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" / ")}`;
    return {
      wide: document.scrollingElement.scrollWidth - document.documentElement.clientWidth,
      violations: found.violations.map(told),
    };
  }, [job.off, only]);
  if (job.shot) await page.screenshot({ path: job.shot, fullPage: true, type: "jpeg", quality: 60 });
  return { ...job, ...result };
}

const unseen = () => [...document.images].filter((image) => !image.naturalWidth).map((image) => image.alt || image.getAttribute("src"));

// A page is opened once and looked at in all its views, two pages at a time.
const files = [...new Set(jobs.map((job) => job.file))];
const done = [];
async function work() {
  for (let file; (file = files.shift()); ) {
    const page = await browser.newPage();
    await page.route(/^https?:/, (route) => route.abort());
    await page.goto(pathToFileURL(file).href);
    const pictures = (await Promise.all(page.frames().map((frame) => frame.evaluate(unseen)))).flat();
    await page.evaluate(axe);
    for (const job of jobs.filter((each) => each.file === file)) done.push({ ...(await look(page, job)), unseen: pictures });
    await page.close();
  }
}
await Promise.all([work(), work()]);
await browser.close();
process.stdout.write(JSON.stringify(done));
