// Routes of connections.

export const connectionRoutes = {};
