/** How long the tokens of mails are good for, from the writing of the mail on. */
export const registrationLifeMs = 24 * 3_600_000;
/** ASVS 6.5.5: at most ten minutes where the mailbox alone opens the account. */
export const passwordResetLifeMs = 10 * 60_000;
export const emailChangeLifeMs = 3_600_000;

export const msPerMinute = 60_000;
