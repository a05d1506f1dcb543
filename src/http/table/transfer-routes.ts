// Routes of transfers.

export const transferRoutes = {};
