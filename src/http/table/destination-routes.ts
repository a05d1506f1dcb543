// Routes of destinations.

export const destinationRoutes = {};
