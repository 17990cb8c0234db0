import Link from "next/link";

export const metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main>
      <h1>Not found</h1>
      <p>
        There is no such page. <Link href="/">Go to your notes</Link>
      </p>
    </main>
  );
}
