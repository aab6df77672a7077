-- migration: expand
CREATE EXTENSION IF NOT EXISTS postgis;

-- Computed, so that it can never disagree with the coordinates it comes from.
ALTER TABLE "venues" ADD COLUMN "location" geography(Point, 4326)
  GENERATED ALWAYS AS (ST_SetSRID(ST_MakePoint("longitude", "latitude"), 4326)::geography) STORED;

CREATE INDEX "venues_location_idx" ON "venues" USING GIST ("location");
