import { expect, it } from "vitest";
import { html } from "./html.ts";

it("escapes what is put into a template, in elements and in attributes", () => {
  const evil = `"'><script>alert(1)</script>&amp;`;
  expect(html`<p title="${evil}">${evil}</p>`.markup).toBe(
    '<p title="&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;">&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;</p>',
  );
});

it("takes markup as it is, lists one after the other, and nothing for nothing", () => {
  const items = ["a", "b"].map((item) => html`<i>${item}</i>`);
  expect(html`<b>${items}${undefined}</b>`.markup).toBe("<b><i>a</i>\n<i>b</i></b>");
});

it("leaves out what turns the writing or is no character", () => {
  expect(html`${"a\u{0}b\u{1b}[31mc\u{202e}d\u{d800}e\tf\ng"}`.markup).toBe(
    "a\u{fffd}b\u{fffd}[31mc\u{fffd}d\u{fffd}e\tf\ng",
  );
});
