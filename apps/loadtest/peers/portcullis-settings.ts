/** What all that serve from one database must agree on. */
export const portcullisSecret = "the secret of a comparison and its throw-away users";
export const portcullisIssuer = "https://auth.example.com";
export const portcullisAudience = "https://api.example.com";
/** The longest that there is, so that a comparison is over before. */
export const accessTokenTtlSeconds = 3600;
