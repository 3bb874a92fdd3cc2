/** For tests of authentication: every reader may read everything. */
export const openPolicy = { rules: [{ name: 'everything', principals: ['*'], applications: ['*'] }] };
