-- Room in each page for the next versions of its contacts: a daily file changes a few of each page, and with room beside it a new
-- version needs no entries in the four indexes (HOT).
alter table contacts set (fillfactor = 90);
