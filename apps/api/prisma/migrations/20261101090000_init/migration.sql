-- migration: expand
CREATE TABLE "venues" (
  "id" UUID NOT NULL DEFAULT gen_random_uuid(),
  "name" TEXT NOT NULL,
  "city" TEXT NOT NULL,
  "latitude" DOUBLE PRECISION NOT NULL,
  "longitude" DOUBLE PRECISION NOT NULL,
  CONSTRAINT "venues_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "venues_on_earth" CHECK ("latitude" BETWEEN -90 AND 90 AND "longitude" BETWEEN -180 AND 180)
);

CREATE TABLE "events" (
  "id" UUID NOT NULL DEFAULT gen_random_uuid(),
  "venue_id" UUID NOT NULL,
  "title" TEXT NOT NULL,
  "description" TEXT NOT NULL DEFAULT '',
  "starts_at" TIMESTAMPTZ(3) NOT NULL,
  "ends_at" TIMESTAMPTZ(3) NOT NULL,
  "capacity" INTEGER NOT NULL,
  "seats_taken" INTEGER NOT NULL DEFAULT 0,
  "cancelled_at" TIMESTAMPTZ(3),
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "events_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "events_venue_id_fkey" FOREIGN KEY ("venue_id") REFERENCES "venues" ("id") ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT "events_end_after_start" CHECK ("ends_at" > "starts_at"),
  -- The last line of defence against over-booking: the database itself refuses.
  CONSTRAINT "events_never_overbooked" CHECK ("seats_taken" BETWEEN 0 AND "capacity")
);

CREATE INDEX "events_starts_at_idx" ON "events" ("starts_at");
CREATE INDEX "events_venue_id_idx" ON "events" ("venue_id");

CREATE TABLE "bookings" (
  "id" UUID NOT NULL DEFAULT gen_random_uuid(),
  "event_id" UUID NOT NULL,
  "guest_name" TEXT NOT NULL,
  "guest_email" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "bookings_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "bookings_event_id_fkey" FOREIGN KEY ("event_id") REFERENCES "events" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

CREATE UNIQUE INDEX "bookings_event_id_guest_email_key" ON "bookings" ("event_id", "guest_email");

CREATE TABLE "reminders" (
  "id" UUID NOT NULL DEFAULT gen_random_uuid(),
  "booking_id" UUID NOT NULL,
  "kind" TEXT NOT NULL,
  "due_at" TIMESTAMPTZ(3) NOT NULL,
  "sent_at" TIMESTAMPTZ(3),
  CONSTRAINT "reminders_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "reminders_booking_id_fkey" FOREIGN KEY ("booking_id") REFERENCES "bookings" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE UNIQUE INDEX "reminders_booking_id_kind_key" ON "reminders" ("booking_id", "kind");
CREATE INDEX "reminders_unsent_idx" ON "reminders" ("due_at") WHERE "sent_at" IS NULL;

CREATE TABLE "feedback_requests" (
  "booking_id" UUID NOT NULL,
  "due_at" TIMESTAMPTZ(3) NOT NULL,
  "asked_at" TIMESTAMPTZ(3),
  CONSTRAINT "feedback_requests_pkey" PRIMARY KEY ("booking_id"),
  CONSTRAINT "feedback_requests_booking_id_fkey" FOREIGN KEY ("booking_id") REFERENCES "bookings" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX "feedback_requests_unasked_idx" ON "feedback_requests" ("due_at") WHERE "asked_at" IS NULL;

CREATE TABLE "audit_entries" (
  "id" BIGSERIAL NOT NULL,
  "action" TEXT NOT NULL,
  "subject_id" UUID NOT NULL,
  "detail" JSONB NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "archived_at" TIMESTAMPTZ(3),
  CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "audit_entries_unarchived_idx" ON "audit_entries" ("id") WHERE "archived_at" IS NULL;

-- Sample data, so that a fresh environment has something to show. A team deletes it with its own first event.
INSERT INTO "venues" ("id", "name", "city", "latitude", "longitude") VALUES
  ('0b7d7a52-3c1e-4f0a-9d61-000000000001', 'Harbour Hall', 'Gdańsk', 54.3520, 18.6466),
  ('0b7d7a52-3c1e-4f0a-9d61-000000000002', 'The Old Brewery', 'Poznań', 52.4064, 16.9252),
  ('0b7d7a52-3c1e-4f0a-9d61-000000000003', 'Glasshouse', 'Kraków', 50.0647, 19.9450);

INSERT INTO "events" ("id", "venue_id", "title", "description", "starts_at", "ends_at", "capacity") VALUES
  ('5e1f0c3a-8a44-4c1b-b0de-000000000001', '0b7d7a52-3c1e-4f0a-9d61-000000000001', 'Maps night',
   'Three short talks about finding things near you.', now() + interval '60 days', now() + interval '60 days 3 hours', 80),
  ('5e1f0c3a-8a44-4c1b-b0de-000000000002', '0b7d7a52-3c1e-4f0a-9d61-000000000002', 'Queues and other waiting rooms',
   'Why jobs run twice, and how nobody notices.', now() + interval '90 days', now() + interval '90 days 2 hours', 50),
  ('5e1f0c3a-8a44-4c1b-b0de-000000000003', '0b7d7a52-3c1e-4f0a-9d61-000000000003', 'Releases without fear',
   'An evening about canaries, with real birds.', now() + interval '120 days', now() + interval '120 days 4 hours', 120);
