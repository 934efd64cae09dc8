/** Scenarios that the sandbox does not claim to answer as a real server does, each with its reason. */
export const OUT_OF_SCOPE: Readonly<Record<string, string>> = {};
