// The HTML report in a real browser: what it shows, what it does, and what it does not.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";

import { browser, cells, open } from "./page.mjs";
import { folder, html, json, repository } from "./wslog.mjs";

after(() => browser.close());

mkdirSync(folder, { recursive: true });

const testdata = join(repository, "testdata");
const theCase = join(testdata, "case/access.log");
const hostile = join(testdata, "hostile/markup.log");
const MOST_BYTES = 1_500_000;

const sum = (numbers) => numbers.reduce((all, number) => all + Number(number), 0);

for (const colorScheme of ["light", "dark"]) {
  test(`the case in a ${colorScheme} theme: three charts, no error, no request`, async () => {
    const file = html("case", theCase);
    const { page, seen, context } = await open(file, { colorScheme });
    assert.deepEqual(seen, []);
    assert.equal(await page.locator("canvas").count(), 3);
    assert.ok(statSync(file).size < MOST_BYTES);
    await page.screenshot({ path: join(folder, `case-${colorScheme}.png`), fullPage: true });
    await context.close();
  });
}

test("the numbers on the page are those of the JSON report", async () => {
  for (const [name, ...inputs] of logs()) {
    const { page, seen, context } = await open(html(name, ...inputs));
    assert.deepEqual(seen, [], name);
    const report = json(...inputs);
    const { sightings, timeline, ages } = report;

    const outcomes = await cells(page, "outcomes-table");
    const rows = sightings.by_protocol_status;
    assert.deepEqual(
      outcomes,
      rows.map((row) => [row.protocol, row.status, row.outcome, row.count, row.near_mark].map(String)),
      name,
    );
    assert.deepEqual(await heights(page, "timeline-table", 1), bins(timeline), name);
    assert.deepEqual(await heights(page, "ages-table", 2), bins(ages), name);

    const nodes = await cells(page, "nodes-table");
    // What is dangerous in a name is shown otherwise than in JSON.
    const shown = nodes.map(([, address, ...counts]) => [address, ...counts.slice(0, 5)].join(" "));
    const known = sightings.nodes.map(({ remote_addr, total, http10, established, failed, near_mark }) =>
      [remote_addr, total, http10, established, failed, near_mark].join(" "),
    );
    assert.deepEqual(shown.sort(), known.sort(), name);
    const titles = await page.$$eval("article.finding", (all) => all.map((it) => it.id));
    assert.deepEqual(titles, report.findings.map((finding) => finding.id), name);
    await context.close();
  }
});

// Names and inputs of logs that show something.
function* logs() {
  yield ["case", theCase];
  yield ["hops", join(testdata, "way/edge.log"), join(testdata, "way/inner.log")];
  yield ["hostile", hostile];
}

// All counts of a table of bins; `first` is the column of the first.
async function heights(page, id, first) {
  const rows = await cells(page, id);
  return rows.map((row) => sum(row.slice(first, -1)));
}

const bins = (table) => table.bins.map((bin) => sum(Object.values(bin.outcomes)));

test("nothing that a log holds is run, loaded or hidden", async () => {
  // A name may hold anything as well.
  const named = join(folder, "<img src=x onerror=alert(1)>.log");
  copyFileSync(hostile, named);
  const file = html("hostile", named);
  for (const options of [{}, { bypassCSP: true }]) {
    const { page, seen, context } = await open(file, options);
    assert.deepEqual(seen, []);
    assert.equal(await page.locator("script").count(), 2);
    assert.equal(await page.locator("img, iframe, object, embed, form, base, audio, video").count(), 0);
    assert.deepEqual(await page.$$eval("a", (all) => all.map((it) => it.getAttribute("href"))), ["#findings"]);
    const handlers = await page.$$eval("*", (all) =>
      all.flatMap((it) => [...it.attributes].map((it) => it.name)).filter((name) => name.startsWith("on")),
    );
    assert.deepEqual(handlers, []);
    const text = await page.locator("main").innerText();
    assert.ok(text.includes("<script>"), "the text is shown as text");
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text));
    await context.close();
  }
});

test("without a script the tables say all", async () => {
  const { page, context } = await open(html("case", theCase), { javaScriptEnabled: false });
  assert.equal(await page.locator("canvas").count(), 0);
  assert.equal((await cells(page, "ages-table")).length, 3);
  assert.equal((await cells(page, "timeline-table")).length, 4);
  await context.close();
});

test("charts are zoomed by keys, buttons and the wheel", async () => {
  const { page, seen, context } = await open(html("case", theCase));
  const caption = page.locator("#timeline-caption");
  const whole = await caption.innerText();
  assert.match(whole, /A bar: 1\smin\.$/);
  await page.locator("#timeline").focus();
  for (let turn = 0; turn < 6; turn++) await page.keyboard.press("+");
  const near = await caption.innerText();
  assert.match(near, /A bar: 1\ss\.$/);
  await page.keyboard.press("0");
  assert.equal(await caption.innerText(), whole);
  const buttons = page.locator(".buttons").last();
  for (let turn = 0; turn < 6; turn++) await buttons.getByRole("button", { name: "Zoom in" }).click();
  assert.equal(await caption.innerText(), near);
  await buttons.getByRole("button", { name: "All" }).click();
  await page.locator("#timeline .u-over").hover();
  await page.locator("#timeline").focus();
  for (let turn = 0; turn < 24; turn++) await page.mouse.wheel(0, -100);
  await page.waitForFunction(() => document.getElementById("timeline-caption").innerText.endsWith("A bar: 1\u00a0s."));
  assert.deepEqual(seen, []);
  await context.close();
});

test("after any zoom and back the picture is the same", async () => {
  const { page, seen, context } = await open(html("hops", join(testdata, "way/edge.log"), join(testdata, "way/inner.log")));
  const picture = (id) => page.$eval(`#${id} canvas`, (canvas) => canvas.toDataURL());
  for (const [number, id] of ["ages-failed", "ages-tunnels", "timeline"].entries()) {
    const buttons = page.locator(".buttons").nth(number);
    const press = (name) => buttons.getByRole("button", { name }).click();
    await press("All");
    const whole = await picture(id);
    for (const name of ["Zoom in", "Zoom in", "Zoom in", "Zoom out"]) await press(name);
    assert.notEqual(await picture(id), whole, id);
    await press("All");
    assert.equal(await picture(id), whole, id);
  }
  assert.deepEqual(seen, []);
  await context.close();
});

test("the legend says what the bar under the pointer is", async () => {
  const { page, context } = await open(html("case", theCase));
  const over = page.locator("#ages-failed .u-over");
  const legend = page.locator("#ages-failed + .legend");
  const width = await over.evaluate((it) => it.clientWidth);
  // Up to 90 s are shown.
  const hover = (age) => over.hover({ position: { x: (age / 90) * width, y: 50 } });
  for (const age of [59.7, 60, 60.3]) {
    await hover(age);
    assert.equal(await legend.innerText(), "client_closed: 2\n59.5 to 60.5 s", `${age} s`);
  }
  await hover(45);
  assert.equal((await legend.innerText()).trim(), "client_closed");
  await context.close();
});

test("every text has a contrast of 4.5 to 1 or more, and every picture a name", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await open(html("case", theCase), { colorScheme });
    const poor = await page.evaluate(() => {
      const parse = (color) => color.match(/[\d.]+/g).map(Number);
      const light = (color) =>
        parse(color)
          .slice(0, 3)
          .map((byte) => byte / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
          .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
      const ground = (element) => {
        const color = getComputedStyle(element).backgroundColor;
        const isClear = parse(color)[3] === 0;
        return isClear && element.parentElement ? ground(element.parentElement) : color;
      };
      const holdsText = (element) => [...element.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
      return [...document.querySelectorAll("body *")]
        .filter((element) => holdsText(element) && !["SCRIPT", "STYLE"].includes(element.tagName))
        .map((element) => {
          const style = getComputedStyle(element);
          const ink = element instanceof SVGElement ? style.fill : style.color;
          const [one, other] = [light(ink), light(ground(element))].sort((a, b) => b - a);
          return [(one + 0.05) / (other + 0.05), element.outerHTML.slice(0, 80)];
        })
        .filter(([contrast]) => contrast < 4.5);
    });
    assert.deepEqual(poor, [], colorScheme);
    const unnamed = await page.$$eval("[role=img], [role=group]", (all) =>
      all
        .filter((it) => {
          const label = it.getAttribute("aria-label") || document.getElementById(it.getAttribute("aria-labelledby"));
          return !label;
        })
        .map((it) => it.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(unnamed, []);
    assert.equal(await page.$$eval("table:not(.u-legend):not(:has(> caption))", (all) => all.length), 0);
    await context.close();
  }
});

test("a page on paper is light, whatever the theme", async () => {
  const { page, context } = await open(html("case", theCase), { colorScheme: "dark" });
  await page.pdf({ path: join(folder, "case.pdf") });
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  assert.equal(await page.locator(".buttons").first().isVisible(), false);
  await context.close();
});

