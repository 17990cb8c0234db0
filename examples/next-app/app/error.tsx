"use client";

/** What Next shows when a page or an action could not be had: the network is away, for instance. */
export default function ErrorPage({ reset }: { readonly reset: () => void }) {
  return (
    <main>
      <h1>That did not work</h1>
      <p role="alert">The server could not be reached, or could not do it.</p>
      <p>
        <button onClick={reset}>Try again</button>
      </p>
    </main>
  );
}
