// Routes of notifications.

export const notificationRoutes = {};
