// For snippets that start where an application has made its auth, and started it: "setup=auth".
declare const auth: import("@portcullis/server").Auth;

export {};
