import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Leases of the workers that live, and who claimed an attempt. Additive; safe while the previous release is running: its claims
 * carry no name, so nobody takes them over before their time.
 */
export class CreateWorkerLeases1795000002001 implements MigrationInterface {
  readonly name = 'CreateWorkerLeases1795000002001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLE);
    await db.query(KEEPING);
    await db.query(HAND_OVER);
    await db.query(`
      REVOKE ALL ON gateway.worker_lease FROM tsunagu_gateway;
      GRANT EXECUTE ON FUNCTION gateway.open_worker_lease(uuid, text, boolean), gateway.renew_worker_lease(uuid, int),
        gateway.end_worker_lease(uuid), gateway.hand_over_dead_claims(int, int) TO tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gateway.hand_over_dead_claims(int, int);
      DROP FUNCTION gateway.end_worker_lease(uuid);
      DROP FUNCTION gateway.renew_worker_lease(uuid, int);
      DROP FUNCTION gateway.open_worker_lease(uuid, text, boolean);
      DROP TABLE gateway.worker_lease;
      ALTER TABLE gateway.attempt DROP COLUMN claimed_by`);
  }
}

/** A centre table: no tenant, no policy, and nobody but the owner's functions may touch it. */
const TABLE = `
  CREATE TABLE gateway.worker_lease (
    incarnation uuid NOT NULL CONSTRAINT worker_lease_pkey PRIMARY KEY,
    node varchar(40) NOT NULL,
    renewed_at timestamptz NOT NULL,
    dead_at timestamptz);
  CREATE INDEX worker_lease_by_node ON gateway.worker_lease (node);
  COMMENT ON TABLE gateway.worker_lease IS 'One life of one worker process, renewed while it lives. Centre table: no tenant';
  COMMENT ON COLUMN gateway.worker_lease.dead_at IS 'Set once: by the worker that stops, or by whoever missed it';

  ALTER TABLE gateway.attempt ADD COLUMN claimed_by uuid;
  COMMENT ON COLUMN gateway.attempt.claimed_by IS 'Life of the worker that claimed it last; never indexed, so a claim costs no index entry more'`;

/** All by the database's clock: workers need not agree on the time. Scans follow the key, because the money pool prices others out. */
const KEEPING = `
  CREATE FUNCTION gateway.open_worker_lease(of_incarnation uuid, of_node text, is_first boolean) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  BEGIN
    IF is_first THEN
      UPDATE gateway.worker_lease SET dead_at = clock_timestamp() WHERE node = of_node AND dead_at IS NULL;
    END IF;
    INSERT INTO gateway.worker_lease (incarnation, node, renewed_at) VALUES (of_incarnation, of_node, clock_timestamp());
  END $f$;
  COMMENT ON FUNCTION gateway.open_worker_lease(uuid, text, boolean) IS
    'A worker begins to live. When its process has just started, former lives of the same node are over';

  CREATE FUNCTION gateway.renew_worker_lease(of_incarnation uuid, dead_after_ms int)
  RETURNS TABLE (is_held boolean, has_dead boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  BEGIN
    UPDATE gateway.worker_lease SET renewed_at = clock_timestamp() WHERE incarnation = of_incarnation AND dead_at IS NULL;
    is_held := FOUND;
    PERFORM FROM gateway.worker_lease l
      WHERE l.incarnation <> of_incarnation
        AND (l.dead_at IS NOT NULL OR l.renewed_at < clock_timestamp() - interval '1 millisecond' * dead_after_ms)
      ORDER BY l.incarnation LIMIT 1;
    has_dead := FOUND;
    RETURN NEXT;
  END $f$;
  COMMENT ON FUNCTION gateway.renew_worker_lease(uuid, int) IS
    'A worker lives on, unless it was declared dead; and is there another that is missed?';

  CREATE FUNCTION gateway.end_worker_lease(of_incarnation uuid) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  BEGIN
    UPDATE gateway.worker_lease SET dead_at = clock_timestamp() WHERE incarnation = of_incarnation AND dead_at IS NULL;
  END $f$;
  COMMENT ON FUNCTION gateway.end_worker_lease(uuid) IS 'A worker stops'`;

/**
 * A dead lease is kept for a minute, longer than any claim stands by itself: what a worker claimed in the instant in which it was
 * given up is found by a later pass.
 */
const HAND_OVER = `
  CREATE FUNCTION gateway.hand_over_dead_claims(dead_after_ms int, take int) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  DECLARE dead uuid[]; claim record; handed int := 0;
  BEGIN
    dead := ARRAY(
      SELECT l.incarnation FROM gateway.worker_lease l
       WHERE l.dead_at IS NOT NULL OR l.renewed_at < clock_timestamp() - interval '1 millisecond' * dead_after_ms
       ORDER BY l.incarnation FOR UPDATE SKIP LOCKED);
    IF cardinality(dead) = 0 THEN RETURN 0; END IF;
    UPDATE gateway.worker_lease SET dead_at = clock_timestamp() WHERE incarnation = ANY (dead) AND dead_at IS NULL;
    FOR claim IN
      SELECT a.tenant_id, a.id FROM gateway.attempt a
       WHERE a.due_at IS NOT NULL AND a.status = 'sending' AND a.claimed_by = ANY (dead)
       ORDER BY a.due_at LIMIT take FOR UPDATE OF a SKIP LOCKED
    LOOP
      UPDATE gateway.attempt a SET claimed_until = a.created_at, due_at = a.created_at, claimed_by = NULL
       WHERE a.tenant_id = claim.tenant_id AND a.id = claim.id;
      handed := handed + 1;
    END LOOP;
    DELETE FROM gateway.worker_lease WHERE incarnation = ANY (dead) AND dead_at < clock_timestamp() - interval '60 seconds';
    RETURN handed;
  END $f$;
  COMMENT ON FUNCTION gateway.hand_over_dead_claims(int, int) IS
    'Attempts that a dead worker holds are due at once. Returns their number; two callers never judge the same worker'`;
