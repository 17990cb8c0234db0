import { useSession } from "@portcullis/react";
import { Link } from "@tanstack/react-router";
import { DoorClosed, Gauge, ServerCrash } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { buttonLook } from "../ui/button.tsx";
import "../ui/card.css";
import "../ui/page.css";
import "./home-page.css";

const points = [
  {
    icon: DoorClosed,
    title: "Revoked means refused",
    text: "Log out, a ban, another password: once the call has returned, no node accepts a token that it revoked. Not a minute later: now.",
  },
  {
    icon: Gauge,
    title: "No lookup on the way",
    text: "A warm check asks neither Postgres nor Redis. Each process keeps the few rows it needs, and a write waits until nobody keeps the old ones.",
  },
  {
    icon: ServerCrash,
    title: "Whatever Redis does",
    text: "Killed, flushed, paused, failed over: Postgres is the authority, and the promise holds. Try it in the lab.",
  },
];

export function HomePage(): ReactNode {
  const session = useSession();
  useEffect(() => {
    document.title = "Portcullis: tokens that are revoked at once";
  }, []);
  return (
    <div className="page">
      <section className="hero">
        <h1>Access tokens that are refused the moment you revoke them</h1>
        <p className="hero__lead">
          This is a small application on Portcullis, auth for TypeScript teams on tRPC. Write a
          post, look after your account, and watch in the lab how every device is locked out at
          once.
        </p>
        <div className="hero__actions">
          <Link to="/lab" {...buttonLook({ variant: "primary" })}>
            Open the lab
          </Link>
          {session.status === "signedIn" ? (
            <Link to="/posts" {...buttonLook()}>
              Read the posts
            </Link>
          ) : (
            <Link to="/sign-up" {...buttonLook()}>
              Create an account
            </Link>
          )}
        </div>
      </section>
      <section className="points" aria-label="What it promises">
        {points.map(({ icon: Icon, title, text }) => (
          <div key={title} className="card">
            <Icon aria-hidden />
            <h2>{title}</h2>
            <p className="muted">{text}</p>
          </div>
        ))}
      </section>
    </div>
  );
}
