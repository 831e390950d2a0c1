CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (1, 0, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (2, 1, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (3, 2, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (4, 3, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (5, 10, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (6, 11, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (7, 12, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (8, 20, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (9, 21, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (10, 25, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (11, 30, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (12, 31, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (13, 40, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (14, 41, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (15, 45, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (16, 46, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (17, 47, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (18, 55, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (19, 56, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (20, 60, 1, '2026-11-22 04:41:55');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (21, 61, 1, '2026-11-22 04:41:56');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (22, 70, 1, '2026-11-22 04:41:56');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (23, 75, 1, '2026-11-22 04:41:56');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (24, 76, 1, '2026-11-22 04:41:56');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (25, 80, 1, '2026-11-22 04:41:57');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (26, 82, 1, '2026-11-22 04:41:57');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (27, 83, 1, '2026-11-22 04:41:57');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (28, 90, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (29, 100, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (30, 101, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (31, 110, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (32, 111, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (33, 120, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (34, 121, 1, '2026-11-22 04:41:58');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (35, 122, 1, '2026-11-22 04:42:00');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (36, 130, 1, '2026-11-22 04:42:00');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (37, 131, 1, '2026-11-22 04:42:00');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (38, 140, 1, '2026-11-22 04:42:00');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (39, 141, 1, '2026-11-22 04:42:00');
INSERT INTO "goose_db_version" ("id", "version_id", "is_applied", "tstamp") VALUES (40, 170, 1, '2026-11-22 04:42:00');
CREATE TABLE tenant (
  id             INTEGER PRIMARY KEY,
  name           TEXT    NOT NULL UNIQUE,
  guid           TEXT    NOT NULL,
  published_scan INTEGER,             -- the scan that pages read; null before the first
  created        INTEGER NOT NULL
) STRICT;
INSERT INTO "tenant" ("id", "name", "guid", "published_scan", "created") VALUES (1, 'contoso', 'aaaaaaaa-0000-4000-8000-000000000001', 3, 0);
CREATE TABLE ident (
  id     INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL REFERENCES tenant(id),
  guid   TEXT    NOT NULL,
  UNIQUE (tenant, guid)
) STRICT;
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (1, 1, '00001eef-aaaa-4bbb-8ccc-000000000001');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (2, 1, '00003dde-aaaa-4bbb-8ccc-000000000002');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (3, 1, '00005ccd-aaaa-4bbb-8ccc-000000000003');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (4, 1, '00007bbc-aaaa-4bbb-8ccc-000000000004');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (5, 1, '00009aab-aaaa-4bbb-8ccc-000000000005');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (6, 1, '0000b99a-aaaa-4bbb-8ccc-000000000006');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (7, 1, '0000d889-aaaa-4bbb-8ccc-000000000007');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (8, 1, '0000f778-aaaa-4bbb-8ccc-000000000008');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (9, 1, '00011667-aaaa-4bbb-8ccc-000000000009');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (10, 1, '00013556-aaaa-4bbb-8ccc-00000000000a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (11, 1, '00015445-aaaa-4bbb-8ccc-00000000000b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (12, 1, '00017334-aaaa-4bbb-8ccc-00000000000c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (13, 1, '00019223-aaaa-4bbb-8ccc-00000000000d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (14, 1, '0001b112-aaaa-4bbb-8ccc-00000000000e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (15, 1, '0001d001-aaaa-4bbb-8ccc-00000000000f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (16, 1, '0001eef0-aaaa-4bbb-8ccc-000000000010');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (17, 1, '00020ddf-aaaa-4bbb-8ccc-000000000011');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (18, 1, '00022cce-aaaa-4bbb-8ccc-000000000012');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (19, 1, '00024bbd-aaaa-4bbb-8ccc-000000000013');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (20, 1, '00026aac-aaaa-4bbb-8ccc-000000000014');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (21, 1, '0002899b-aaaa-4bbb-8ccc-000000000015');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (22, 1, '0002a88a-aaaa-4bbb-8ccc-000000000016');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (23, 1, '0002c779-aaaa-4bbb-8ccc-000000000017');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (24, 1, '0002e668-aaaa-4bbb-8ccc-000000000018');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (25, 1, '00030557-aaaa-4bbb-8ccc-000000000019');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (26, 1, '00032446-aaaa-4bbb-8ccc-00000000001a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (27, 1, '00034335-aaaa-4bbb-8ccc-00000000001b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (28, 1, '00036224-aaaa-4bbb-8ccc-00000000001c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (29, 1, '00038113-aaaa-4bbb-8ccc-00000000001d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (30, 1, '0003a002-aaaa-4bbb-8ccc-00000000001e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (31, 1, '0003bef1-aaaa-4bbb-8ccc-00000000001f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (32, 1, '0003dde0-aaaa-4bbb-8ccc-000000000020');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (33, 1, '0003fccf-aaaa-4bbb-8ccc-000000000021');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (34, 1, '00041bbe-aaaa-4bbb-8ccc-000000000022');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (35, 1, '00043aad-aaaa-4bbb-8ccc-000000000023');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (36, 1, '0004599c-aaaa-4bbb-8ccc-000000000024');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (37, 1, '0004788b-aaaa-4bbb-8ccc-000000000025');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (38, 1, '0004977a-aaaa-4bbb-8ccc-000000000026');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (39, 1, '0004b669-aaaa-4bbb-8ccc-000000000027');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (40, 1, '0004d558-aaaa-4bbb-8ccc-000000000028');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (41, 1, '0004f447-aaaa-4bbb-8ccc-000000000029');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (42, 1, '00051336-aaaa-4bbb-8ccc-00000000002a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (43, 1, '00053225-aaaa-4bbb-8ccc-00000000002b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (44, 1, '00055114-aaaa-4bbb-8ccc-00000000002c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (45, 1, '00057003-aaaa-4bbb-8ccc-00000000002d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (46, 1, '00058ef2-aaaa-4bbb-8ccc-00000000002e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (47, 1, '0005ade1-aaaa-4bbb-8ccc-00000000002f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (48, 1, '0005ccd0-aaaa-4bbb-8ccc-000000000030');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (49, 1, '0005ebbf-aaaa-4bbb-8ccc-000000000031');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (50, 1, '00060aae-aaaa-4bbb-8ccc-000000000032');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (51, 1, '0006299d-aaaa-4bbb-8ccc-000000000033');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (52, 1, '0006488c-aaaa-4bbb-8ccc-000000000034');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (53, 1, '0006677b-aaaa-4bbb-8ccc-000000000035');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (54, 1, '0006866a-aaaa-4bbb-8ccc-000000000036');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (55, 1, '0006a559-aaaa-4bbb-8ccc-000000000037');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (56, 1, '0006c448-aaaa-4bbb-8ccc-000000000038');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (57, 1, '0006e337-aaaa-4bbb-8ccc-000000000039');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (58, 1, '00070226-aaaa-4bbb-8ccc-00000000003a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (59, 1, '00072115-aaaa-4bbb-8ccc-00000000003b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (60, 1, '00074004-aaaa-4bbb-8ccc-00000000003c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (61, 1, '00075ef3-aaaa-4bbb-8ccc-00000000003d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (62, 1, '00077de2-aaaa-4bbb-8ccc-00000000003e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (63, 1, '00079cd1-aaaa-4bbb-8ccc-00000000003f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (64, 1, '0007bbc0-aaaa-4bbb-8ccc-000000000040');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (65, 1, '0007daaf-aaaa-4bbb-8ccc-000000000041');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (66, 1, '0007f99e-aaaa-4bbb-8ccc-000000000042');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (67, 1, '0008188d-aaaa-4bbb-8ccc-000000000043');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (68, 1, '0008377c-aaaa-4bbb-8ccc-000000000044');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (69, 1, '0008566b-aaaa-4bbb-8ccc-000000000045');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (70, 1, '0008755a-aaaa-4bbb-8ccc-000000000046');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (71, 1, '00089449-aaaa-4bbb-8ccc-000000000047');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (72, 1, '0008b338-aaaa-4bbb-8ccc-000000000048');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (73, 1, '0008d227-aaaa-4bbb-8ccc-000000000049');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (74, 1, '0008f116-aaaa-4bbb-8ccc-00000000004a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (75, 1, '00091005-aaaa-4bbb-8ccc-00000000004b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (76, 1, '00092ef4-aaaa-4bbb-8ccc-00000000004c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (77, 1, '00094de3-aaaa-4bbb-8ccc-00000000004d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (78, 1, '00096cd2-aaaa-4bbb-8ccc-00000000004e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (79, 1, '00098bc1-aaaa-4bbb-8ccc-00000000004f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (80, 1, '0009aab0-aaaa-4bbb-8ccc-000000000050');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (81, 1, '0009c99f-aaaa-4bbb-8ccc-000000000051');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (82, 1, '0009e88e-aaaa-4bbb-8ccc-000000000052');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (83, 1, '000a077d-aaaa-4bbb-8ccc-000000000053');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (84, 1, '000a266c-aaaa-4bbb-8ccc-000000000054');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (85, 1, '000a455b-aaaa-4bbb-8ccc-000000000055');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (86, 1, '000a644a-aaaa-4bbb-8ccc-000000000056');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (87, 1, '000a8339-aaaa-4bbb-8ccc-000000000057');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (88, 1, '000aa228-aaaa-4bbb-8ccc-000000000058');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (89, 1, '000ac117-aaaa-4bbb-8ccc-000000000059');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (90, 1, '000ae006-aaaa-4bbb-8ccc-00000000005a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (91, 1, '000afef5-aaaa-4bbb-8ccc-00000000005b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (92, 1, '000b1de4-aaaa-4bbb-8ccc-00000000005c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (93, 1, '000b3cd3-aaaa-4bbb-8ccc-00000000005d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (94, 1, '000b5bc2-aaaa-4bbb-8ccc-00000000005e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (95, 1, '000b7ab1-aaaa-4bbb-8ccc-00000000005f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (96, 1, '000b99a0-aaaa-4bbb-8ccc-000000000060');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (97, 1, '000bb88f-aaaa-4bbb-8ccc-000000000061');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (98, 1, '000bd77e-aaaa-4bbb-8ccc-000000000062');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (99, 1, '000bf66d-aaaa-4bbb-8ccc-000000000063');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (100, 1, '000c155c-aaaa-4bbb-8ccc-000000000064');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (101, 1, '000c344b-aaaa-4bbb-8ccc-000000000065');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (102, 1, '000c533a-aaaa-4bbb-8ccc-000000000066');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (103, 1, '000c7229-aaaa-4bbb-8ccc-000000000067');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (104, 1, '000c9118-aaaa-4bbb-8ccc-000000000068');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (105, 1, '000cb007-aaaa-4bbb-8ccc-000000000069');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (106, 1, '000ccef6-aaaa-4bbb-8ccc-00000000006a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (107, 1, '000cede5-aaaa-4bbb-8ccc-00000000006b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (108, 1, '000d0cd4-aaaa-4bbb-8ccc-00000000006c');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (109, 1, '000d2bc3-aaaa-4bbb-8ccc-00000000006d');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (110, 1, '000d4ab2-aaaa-4bbb-8ccc-00000000006e');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (111, 1, '000d69a1-aaaa-4bbb-8ccc-00000000006f');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (112, 1, '000d8890-aaaa-4bbb-8ccc-000000000070');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (113, 1, '000da77f-aaaa-4bbb-8ccc-000000000071');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (114, 1, '000dc66e-aaaa-4bbb-8ccc-000000000072');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (115, 1, '000de55d-aaaa-4bbb-8ccc-000000000073');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (116, 1, '000e044c-aaaa-4bbb-8ccc-000000000074');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (117, 1, '000e233b-aaaa-4bbb-8ccc-000000000075');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (118, 1, '000e422a-aaaa-4bbb-8ccc-000000000076');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (119, 1, '000e6119-aaaa-4bbb-8ccc-000000000077');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (120, 1, '000e8008-aaaa-4bbb-8ccc-000000000078');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (121, 1, '000e9ef7-aaaa-4bbb-8ccc-000000000079');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (122, 1, '000ebde6-aaaa-4bbb-8ccc-00000000007a');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (123, 1, '000edcd5-aaaa-4bbb-8ccc-00000000007b');
INSERT INTO "ident" ("id", "tenant", "guid") VALUES (124, 1, '000efbc4-aaaa-4bbb-8ccc-00000000007c');
CREATE TABLE scan (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  kind       TEXT    NOT NULL CHECK (kind IN ('full','incremental','targeted')),
  state      TEXT    NOT NULL CHECK (state IN ('running','complete','partial','failed','cancelled')),
  cause      TEXT    NOT NULL,        -- schedule, person, command, first, request, replay
  asked_by   TEXT    NOT NULL DEFAULT '',
  started    INTEGER NOT NULL,
  finished   INTEGER,
  published  INTEGER,                 -- when pages began to read it; null if never
  since      INTEGER,                 -- modifiedSince of an incremental scan
  meant      INTEGER NOT NULL DEFAULT 0, -- workspaces the tenant is known to have
  seen       INTEGER NOT NULL DEFAULT 0, -- of those, how many are known as of this scan
  calls      INTEGER NOT NULL DEFAULT 0, -- requests sent
  heartbeat  INTEGER NOT NULL,
  error      TEXT    NOT NULL DEFAULT '', -- the sentence a user may see
  note       TEXT    NOT NULL DEFAULT '{}', swept INTEGER NOT NULL DEFAULT 0, -- JSON: changes counted, flags, hold reason
  CHECK ((state = 'running') = (finished IS NULL))
) STRICT;
INSERT INTO "scan" ("id", "tenant", "kind", "state", "cause", "asked_by", "started", "finished", "published", "since", "meant", "seen", "calls", "heartbeat", "error", "note", "swept") VALUES (1, 1, 'full', 'complete', 'schedule', '', 1793411400000, 1793411999000, 1793412000000, NULL, 4, 4, 10, 1793412000000, '', '{}', 0);
INSERT INTO "scan" ("id", "tenant", "kind", "state", "cause", "asked_by", "started", "finished", "published", "since", "meant", "seen", "calls", "heartbeat", "error", "note", "swept") VALUES (2, 1, 'full', 'complete', 'schedule', '', 1794016200000, 1794016799000, 1794016800000, NULL, 4, 4, 10, 1794016800000, '', '{}', 0);
INSERT INTO "scan" ("id", "tenant", "kind", "state", "cause", "asked_by", "started", "finished", "published", "since", "meant", "seen", "calls", "heartbeat", "error", "note", "swept") VALUES (3, 1, 'full', 'complete', 'schedule', '', 1794621000000, 1794621599000, 1794621600000, NULL, 4, 4, 10, 1794621600000, '', '{}', 0);
CREATE TABLE scan_batch (
  scan      INTEGER NOT NULL REFERENCES scan(id),
  seq       INTEGER NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('waiting','asked','done','failed')),
  ids       TEXT    NOT NULL,         -- JSON array of workspace ids
  upstream  TEXT    NOT NULL DEFAULT '', -- the scanner's id of the batch
  asked     INTEGER,
  finished  INTEGER,
  attempts  INTEGER NOT NULL DEFAULT 0,
  error     TEXT    NOT NULL DEFAULT '',
  request_id TEXT   NOT NULL DEFAULT '',
  PRIMARY KEY (scan, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "scan_batch" ("scan", "seq", "state", "ids", "upstream", "asked", "finished", "attempts", "error", "request_id") VALUES (1, 0, 'done', '[]', 'u', NULL, NULL, 1, '', '');
INSERT INTO "scan_batch" ("scan", "seq", "state", "ids", "upstream", "asked", "finished", "attempts", "error", "request_id") VALUES (2, 0, 'done', '[]', 'u', NULL, NULL, 1, '', '');
INSERT INTO "scan_batch" ("scan", "seq", "state", "ids", "upstream", "asked", "finished", "attempts", "error", "request_id") VALUES (3, 0, 'done', '[]', 'u', NULL, NULL, 1, '', '');
CREATE TABLE scan_part (
  scan     INTEGER NOT NULL REFERENCES scan(id),
  part     TEXT    NOT NULL,
  state    TEXT    NOT NULL CHECK (state IN ('waiting','running','done','partial','failed','skipped')),
  meant    INTEGER NOT NULL DEFAULT 0,
  seen     INTEGER NOT NULL DEFAULT 0,
  finished INTEGER,
  as_of    INTEGER,                   -- when this part was last seen whole
  error    TEXT    NOT NULL DEFAULT '',
  request_id TEXT  NOT NULL DEFAULT '',
  PRIMARY KEY (scan, part)
) STRICT, WITHOUT ROWID;
INSERT INTO "scan_part" ("scan", "part", "state", "meant", "seen", "finished", "as_of", "error", "request_id") VALUES (1, 'activity', 'done', 1, 1, 1, 1, '', '');
INSERT INTO "scan_part" ("scan", "part", "state", "meant", "seen", "finished", "as_of", "error", "request_id") VALUES (1, 'capacities', 'done', 5, 5, 1, 1, '', '');
INSERT INTO "scan_part" ("scan", "part", "state", "meant", "seen", "finished", "as_of", "error", "request_id") VALUES (2, 'activity', 'done', 1, 1, 1, 1, '', '');
INSERT INTO "scan_part" ("scan", "part", "state", "meant", "seen", "finished", "as_of", "error", "request_id") VALUES (2, 'capacities', 'done', 5, 5, 1, 1, '', '');
INSERT INTO "scan_part" ("scan", "part", "state", "meant", "seen", "finished", "as_of", "error", "request_id") VALUES (3, 'activity', 'done', 1, 1, 1, 1, '', '');
INSERT INTO "scan_part" ("scan", "part", "state", "meant", "seen", "finished", "as_of", "error", "request_id") VALUES (3, 'capacities', 'done', 5, 5, 1, 1, '', '');
CREATE TABLE scan_gap (
  scan   INTEGER NOT NULL REFERENCES scan(id),
  ws     INTEGER NOT NULL REFERENCES ident(id),
  reason TEXT    NOT NULL,
  last_seen INTEGER,                  -- scan that saw it last; null if none
  PRIMARY KEY (scan, ws)
) STRICT, WITHOUT ROWID;
CREATE TABLE workspace_digest (
  ws     INTEGER PRIMARY KEY REFERENCES ident(id),
  digest BLOB    NOT NULL,
  scan   INTEGER NOT NULL
) STRICT;
CREATE TABLE workspace (
  id          INTEGER PRIMARY KEY,
  tenant      INTEGER NOT NULL,
  ws          INTEGER NOT NULL REFERENCES ident(id),
  from_scan   INTEGER NOT NULL,
  to_scan     INTEGER,
  hash        INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  name_key    TEXT    NOT NULL,       -- tenant.Fold(name)
  kind        TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  description TEXT    NOT NULL,
  dedicated   INTEGER NOT NULL,
  capacity    INTEGER REFERENCES ident(id),
  domain      INTEGER REFERENCES ident(id),
  storage     TEXT    NOT NULL,
  users_known INTEGER NOT NULL,
  -- counts, so that lists need not count: not part of what makes a change
  items       INTEGER NOT NULL,       -- without app copies
  grants      INTEGER NOT NULL,       -- workspace roles
  admins      INTEGER NOT NULL,       -- holders of Admin: users, groups, apps
  guests      INTEGER NOT NULL        -- guests among the role holders
) STRICT;
INSERT INTO "workspace" ("id", "tenant", "ws", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "state", "description", "dedicated", "capacity", "domain", "storage", "users_known", "items", "grants", "admins", "guests") VALUES (1, 1, 1, 1, NULL, 1, 'Finance 31 Team 1', 'finance 31 team 1', 'Workspace', 'Active', '', 1, 26, 36, 'Small', 1, 3, 5, 1, 1);
INSERT INTO "workspace" ("id", "tenant", "ws", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "state", "description", "dedicated", "capacity", "domain", "storage", "users_known", "items", "grants", "admins", "guests") VALUES (2, 1, 2, 1, 2, 2, 'Finance 62 Team 2', 'finance 62 team 2', 'Workspace', 'Active', '', 0, NULL, NULL, 'Small', 1, 3, 5, 2, 2);
INSERT INTO "workspace" ("id", "tenant", "ws", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "state", "description", "dedicated", "capacity", "domain", "storage", "users_known", "items", "grants", "admins", "guests") VALUES (3, 1, 3, 1, 3, 3, 'Finance 93 Team 3', 'finance 93 team 3', 'Workspace', 'Active', '', 1, 28, NULL, 'Small', 0, 3, 5, 3, 0);
INSERT INTO "workspace" ("id", "tenant", "ws", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "state", "description", "dedicated", "capacity", "domain", "storage", "users_known", "items", "grants", "admins", "guests") VALUES (4, 1, 4, 1, NULL, 4, 'Finance 124 Team 4', 'finance 124 team 4', 'Workspace', 'Active', '', 0, NULL, 39, 'Small', 1, 3, 5, 0, 1);
INSERT INTO "workspace" ("id", "tenant", "ws", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "state", "description", "dedicated", "capacity", "domain", "storage", "users_known", "items", "grants", "admins", "guests") VALUES (5, 1, 2, 2, NULL, 3, 'Finance 62 Team 2 v2', 'finance 62 team 2 v2', 'Workspace', 'Active', '', 0, NULL, NULL, 'Small', 1, 3, 5, 2, 2);
INSERT INTO "workspace" ("id", "tenant", "ws", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "state", "description", "dedicated", "capacity", "domain", "storage", "users_known", "items", "grants", "admins", "guests") VALUES (6, 1, 3, 3, NULL, 4, 'Finance 93 Team 3 v3', 'finance 93 team 3 v3', 'Workspace', 'Active', '', 1, 28, NULL, 'Small', 0, 3, 5, 3, 0);
CREATE TABLE item (
  id            INTEGER PRIMARY KEY,
  tenant        INTEGER NOT NULL,
  ws            INTEGER NOT NULL REFERENCES ident(id),
  item          INTEGER NOT NULL REFERENCES ident(id),
  from_scan     INTEGER NOT NULL,
  to_scan       INTEGER,
  hash          INTEGER NOT NULL,
  kind          TEXT    NOT NULL,
  name          TEXT    NOT NULL,
  name_key      TEXT    NOT NULL,
  description   TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  created       INTEGER,
  modified      INTEGER,
  created_by    TEXT    NOT NULL,     -- id, address or name, as told
  modified_by   TEXT    NOT NULL,
  configured_by TEXT    NOT NULL,
  model         INTEGER REFERENCES ident(id), -- report.datasetId
  model_ws      INTEGER REFERENCES ident(id), -- only when in another workspace
  app           INTEGER REFERENCES ident(id),
  original      INTEGER REFERENCES ident(id),
  report_type   TEXT    NOT NULL,
  endorsement   TEXT    NOT NULL,
  certified_by  TEXT    NOT NULL,
  label         TEXT    NOT NULL,
  storage_mode  TEXT    NOT NULL,
  provider      TEXT    NOT NULL,
  refresh       TEXT,                 -- schedule as JSON; null when none is told
  schema_error  TEXT    NOT NULL,
  tables        INTEGER NOT NULL,     -- -1 unknown
  roles         INTEGER NOT NULL,     -- -1 unknown
  users_known   INTEGER NOT NULL,
  shares        INTEGER NOT NULL,     -- grants on this item: a count, not a change
  extra         BLOB
) STRICT;
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (1, 1, 1, 5, 1, NULL, 1, 'dataset', 'Sales 1 item 1', 'sales 1 item 1', '', '', 1700000000000, 1710000001000, '', '', 'person.1@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (2, 1, 1, 6, 1, NULL, 2, 'dashboard', 'Sales 2 item 2', 'sales 2 item 2', '', '', 1700000000000, 1710000002000, '', '', 'person.2@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (3, 1, 1, 7, 1, NULL, 3, 'report', 'Sales 3 item 3', 'sales 3 item 3', '', '', 1700000000000, 1710000003000, '', '', 'person.3@contoso.com', 5, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (4, 1, 2, 8, 1, NULL, 4, 'dataset', 'Sales 4 item 4', 'sales 4 item 4', '', '', 1700000000000, 1710000004000, '', '', 'person.4@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (5, 1, 2, 9, 1, NULL, 5, 'dashboard', 'Sales 5 item 5', 'sales 5 item 5', '', '', 1700000000000, 1710000005000, '', '', 'person.5@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (6, 1, 2, 10, 1, NULL, 6, 'report', 'Sales 6 item 6', 'sales 6 item 6', '', '', 1700000000000, 1710000006000, '', '', 'person.6@contoso.com', 8, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (7, 1, 3, 11, 1, NULL, 7, 'dataset', 'Sales 7 item 7', 'sales 7 item 7', '', '', 1700000000000, 1710000007000, '', '', 'person.7@contoso.com', NULL, NULL, NULL, NULL, '', 'Certified', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (8, 1, 3, 12, 1, NULL, 8, 'dashboard', 'Sales 8 item 8', 'sales 8 item 8', '', '', 1700000000000, 1710000008000, '', '', 'person.0@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (9, 1, 3, 13, 1, NULL, 9, 'report', 'Sales 9 item 9', 'sales 9 item 9', '', '', 1700000000000, NULL, '', '', 'person.1@contoso.com', 11, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (10, 1, 4, 14, 1, NULL, 10, 'dataset', 'Sales 10 item 10', 'sales 10 item 10', '', '', 1700000000000, 1710000010000, '', '', 'person.2@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (11, 1, 4, 15, 1, NULL, 11, 'dashboard', 'Sales 11 item 11', 'sales 11 item 11', '', '', 1700000000000, 1710000011000, '', '', 'person.3@contoso.com', NULL, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
INSERT INTO "item" ("id", "tenant", "ws", "item", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "description", "state", "created", "modified", "created_by", "modified_by", "configured_by", "model", "model_ws", "app", "original", "report_type", "endorsement", "certified_by", "label", "storage_mode", "provider", "refresh", "schema_error", "tables", "roles", "users_known", "shares", "extra") VALUES (12, 1, 4, 16, 1, NULL, 12, 'report', 'Sales 12 item 12', 'sales 12 item 12', '', '', 1700000000000, 1710000012000, '', '', 'person.4@contoso.com', 14, NULL, NULL, NULL, '', '', '', '', '', '', NULL, '', -1, -1, 1, 2, NULL);
CREATE TABLE access_grant (
  ws        INTEGER NOT NULL,
  object    INTEGER NOT NULL,
  principal INTEGER NOT NULL,
  role      TEXT    NOT NULL,
  from_scan INTEGER NOT NULL,
  to_scan   INTEGER,
  tenant    INTEGER NOT NULL,
  profile   TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (ws, object, principal, role, from_scan)
) STRICT, WITHOUT ROWID;
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (1, 1, 21, 'Admin', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (1, 1, 22, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (1, 1, 23, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (1, 1, 24, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (2, 2, 17, 'Admin', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (2, 2, 18, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (2, 2, 19, 'Member', 2, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (2, 2, 19, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (2, 2, 20, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (3, 3, 20, 'Member', 3, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (3, 3, 21, 'Admin', 1, 3, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (3, 3, 22, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (3, 3, 23, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (3, 3, 24, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (4, 4, 17, 'Admin', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (4, 4, 18, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (4, 4, 19, 'Viewer', 1, NULL, 1, '');
INSERT INTO "access_grant" ("ws", "object", "principal", "role", "from_scan", "to_scan", "tenant", "profile") VALUES (4, 4, 20, 'Viewer', 1, NULL, 1, '');
CREATE TABLE workspace_touch (
  tenant INTEGER NOT NULL,
  scan   INTEGER NOT NULL,
  ws     INTEGER NOT NULL,
  PRIMARY KEY (tenant, scan, ws)
) STRICT, WITHOUT ROWID;
INSERT INTO "workspace_touch" ("tenant", "scan", "ws") VALUES (1, 1, 1);
INSERT INTO "workspace_touch" ("tenant", "scan", "ws") VALUES (1, 1, 2);
INSERT INTO "workspace_touch" ("tenant", "scan", "ws") VALUES (1, 1, 3);
INSERT INTO "workspace_touch" ("tenant", "scan", "ws") VALUES (1, 1, 4);
INSERT INTO "workspace_touch" ("tenant", "scan", "ws") VALUES (1, 2, 2);
INSERT INTO "workspace_touch" ("tenant", "scan", "ws") VALUES (1, 3, 3);
CREATE TABLE principal (
  id           INTEGER PRIMARY KEY,
  tenant       INTEGER NOT NULL,
  principal    INTEGER NOT NULL REFERENCES ident(id),
  from_scan    INTEGER NOT NULL,
  to_scan      INTEGER,
  hash         INTEGER NOT NULL,
  kind         TEXT    NOT NULL,      -- User, Group, App, None
  name         TEXT    NOT NULL,
  name_key     TEXT    NOT NULL,
  address      TEXT    NOT NULL,
  guest        INTEGER NOT NULL,
  -- what Microsoft Graph says; null = not asked or not answered
  gone         INTEGER,
  enabled      INTEGER,
  mail         TEXT,
  department   TEXT,
  company      TEXT,
  manager      INTEGER REFERENCES ident(id),
  security     INTEGER,
  unified      INTEGER,
  members_known INTEGER NOT NULL DEFAULT 0,
  people       INTEGER                -- people behind a group; null unknown
) STRICT;
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (1, 1, 17, 1, NULL, 1, 'App', 'Person 1', 'person 1', 'person.1@contoso.com', 0, 0, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (2, 1, 18, 1, NULL, 2, 'User', 'Person 2', 'person 2', 'person.2@contoso.com', 0, 0, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (3, 1, 19, 1, NULL, 3, 'User', 'Person 3', 'person 3', 'person.3@contoso.com', 0, 0, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (4, 1, 20, 1, NULL, 4, 'User', 'Person 4', 'person 4', 'person.4@contoso.com', 0, NULL, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (5, 1, 21, 1, NULL, 5, 'User', 'Person 5', 'person 5', 'person.5@contoso.com', 1, 0, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (6, 1, 22, 1, NULL, 6, 'User', 'Person 6', 'person 6', 'person.6@contoso.com', 0, 0, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (7, 1, 23, 1, NULL, 7, 'User', 'Person 7', 'person 7', 'person.7@contoso.com', 0, 1, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
INSERT INTO "principal" ("id", "tenant", "principal", "from_scan", "to_scan", "hash", "kind", "name", "name_key", "address", "guest", "gone", "enabled", "mail", "department", "company", "manager", "security", "unified", "members_known", "people") VALUES (8, 1, 24, 1, NULL, 8, 'User', 'Person 8', 'person 8', 'person.8@contoso.com', 0, NULL, 1, NULL, 'Sales', NULL, NULL, NULL, NULL, 1, 4);
CREATE TABLE group_member (
  grp       INTEGER NOT NULL,
  member    INTEGER NOT NULL,
  from_scan INTEGER NOT NULL,
  to_scan   INTEGER,
  tenant    INTEGER NOT NULL,
  PRIMARY KEY (grp, member, from_scan)
) STRICT, WITHOUT ROWID;
INSERT INTO "group_member" ("grp", "member", "from_scan", "to_scan", "tenant") VALUES (26, 23, 1, NULL, 1);
INSERT INTO "group_member" ("grp", "member", "from_scan", "to_scan", "tenant") VALUES (26, 24, 1, NULL, 1);
INSERT INTO "group_member" ("grp", "member", "from_scan", "to_scan", "tenant") VALUES (26, 25, 1, NULL, 1);
CREATE TABLE edge (
  ws          INTEGER NOT NULL,       -- workspace of the downstream item
  downstream  INTEGER NOT NULL,
  upstream    INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  from_scan   INTEGER NOT NULL,
  to_scan     INTEGER,
  tenant      INTEGER NOT NULL,
  upstream_ws INTEGER,
  PRIMARY KEY (ws, downstream, upstream, kind, from_scan)
) STRICT, WITHOUT ROWID;
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (1, 5, 47, 'source', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (1, 7, 5, 'model', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (2, 8, 47, 'source', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (2, 10, 8, 'model', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (3, 11, 47, 'source', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (3, 13, 11, 'model', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (4, 14, 47, 'source', 1, NULL, 1, NULL);
INSERT INTO "edge" ("ws", "downstream", "upstream", "kind", "from_scan", "to_scan", "tenant", "upstream_ws") VALUES (4, 16, 14, 'model', 1, NULL, 1, NULL);
CREATE TABLE datasource (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, source INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  type TEXT NOT NULL, gateway TEXT NOT NULL, location TEXT NOT NULL, misconfigured INTEGER NOT NULL, body TEXT NOT NULL
) STRICT;
INSERT INTO "datasource" ("id", "tenant", "source", "from_scan", "to_scan", "hash", "type", "gateway", "location", "misconfigured", "body") VALUES (1, 1, 45, 1, NULL, 1, 'Sql', 'gw-1', 'srv1;db', 0, '{}');
INSERT INTO "datasource" ("id", "tenant", "source", "from_scan", "to_scan", "hash", "type", "gateway", "location", "misconfigured", "body") VALUES (2, 1, 46, 1, NULL, 2, 'Sql', 'gw-1', 'srv2;db', 0, '{}');
INSERT INTO "datasource" ("id", "tenant", "source", "from_scan", "to_scan", "hash", "type", "gateway", "location", "misconfigured", "body") VALUES (3, 1, 47, 1, NULL, 3, 'Sql', 'gw-1', 'srv3;db', 0, '{}');
CREATE TABLE capacity (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, capacity INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, sku TEXT NOT NULL, state TEXT NOT NULL, region TEXT NOT NULL,
  admins TEXT NOT NULL                -- JSON array of addresses or ids
) STRICT;
INSERT INTO "capacity" ("id", "tenant", "capacity", "from_scan", "to_scan", "hash", "name", "name_key", "sku", "state", "region", "admins") VALUES (1, 1, 25, 1, NULL, 1, 'Cap 1', 'cap 1', 'F64', 'Active', 'West Europe', '["person.1@contoso.com"]');
INSERT INTO "capacity" ("id", "tenant", "capacity", "from_scan", "to_scan", "hash", "name", "name_key", "sku", "state", "region", "admins") VALUES (2, 1, 26, 1, NULL, 2, 'Cap 2', 'cap 2', 'F64', 'Active', 'West Europe', '["person.1@contoso.com"]');
INSERT INTO "capacity" ("id", "tenant", "capacity", "from_scan", "to_scan", "hash", "name", "name_key", "sku", "state", "region", "admins") VALUES (3, 1, 27, 1, NULL, 3, 'Cap 3', 'cap 3', 'F64', 'Active', 'West Europe', '["person.1@contoso.com"]');
INSERT INTO "capacity" ("id", "tenant", "capacity", "from_scan", "to_scan", "hash", "name", "name_key", "sku", "state", "region", "admins") VALUES (4, 1, 28, 1, NULL, 4, 'Cap 4', 'cap 4', 'F64', 'Active', 'West Europe', '["person.1@contoso.com"]');
INSERT INTO "capacity" ("id", "tenant", "capacity", "from_scan", "to_scan", "hash", "name", "name_key", "sku", "state", "region", "admins") VALUES (5, 1, 29, 1, NULL, 5, 'Cap 5', 'cap 5', 'F64', 'Active', 'West Europe', '["person.1@contoso.com"]');
CREATE TABLE domain (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, domain INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, parent INTEGER REFERENCES ident(id)
) STRICT;
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (1, 1, 35, 1, NULL, 1, 'Domain 1', 'domain 1', '', NULL);
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (2, 1, 36, 1, NULL, 2, 'Domain 2', 'domain 2', '', NULL);
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (3, 1, 37, 1, NULL, 3, 'Domain 3', 'domain 3', '', NULL);
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (4, 1, 38, 1, NULL, 4, 'Domain 4', 'domain 4', '', NULL);
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (5, 1, 39, 1, NULL, 5, 'Domain 5', 'domain 5', '', NULL);
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (6, 1, 40, 1, NULL, 6, 'Domain 6', 'domain 6', '', NULL);
INSERT INTO "domain" ("id", "tenant", "domain", "from_scan", "to_scan", "hash", "name", "name_key", "description", "parent") VALUES (7, 1, 41, 1, NULL, 7, 'Domain 7', 'domain 7', '', NULL);
CREATE TABLE app (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, app INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, ws INTEGER REFERENCES ident(id),
  published_by TEXT NOT NULL, updated INTEGER
) STRICT;
INSERT INTO "app" ("id", "tenant", "app", "from_scan", "to_scan", "hash", "name", "name_key", "description", "ws", "published_by", "updated") VALUES (1, 1, 65, 1, NULL, 1, 'App 1', 'app 1', '', 1, 'Person 1', 1790000000000);
INSERT INTO "app" ("id", "tenant", "app", "from_scan", "to_scan", "hash", "name", "name_key", "description", "ws", "published_by", "updated") VALUES (2, 1, 66, 1, NULL, 2, 'App 2', 'app 2', '', 2, 'Person 1', 1790000000000);
INSERT INTO "app" ("id", "tenant", "app", "from_scan", "to_scan", "hash", "name", "name_key", "description", "ws", "published_by", "updated") VALUES (3, 1, 67, 1, NULL, 3, 'App 3', 'app 3', '', 3, 'Person 1', 1790000000000);
CREATE TABLE pipeline (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, pipeline INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL, users_known INTEGER NOT NULL,
  stages INTEGER NOT NULL, assigned INTEGER NOT NULL, users INTEGER NOT NULL
) STRICT;
INSERT INTO "pipeline" ("id", "tenant", "pipeline", "from_scan", "to_scan", "hash", "name", "name_key", "description", "users_known", "stages", "assigned", "users") VALUES (1, 1, 55, 1, NULL, 1, 'Pipe 1', 'pipe 1', '', 1, 2, 2, 1);
INSERT INTO "pipeline" ("id", "tenant", "pipeline", "from_scan", "to_scan", "hash", "name", "name_key", "description", "users_known", "stages", "assigned", "users") VALUES (2, 1, 56, 1, NULL, 2, 'Pipe 2', 'pipe 2', '', 1, 2, 2, 1);
INSERT INTO "pipeline" ("id", "tenant", "pipeline", "from_scan", "to_scan", "hash", "name", "name_key", "description", "users_known", "stages", "assigned", "users") VALUES (3, 1, 57, 1, NULL, 3, 'Pipe 3', 'pipe 3', '', 1, 2, 2, 1);
CREATE TABLE pipeline_stage (
  pipeline INTEGER NOT NULL, ord INTEGER NOT NULL, from_scan INTEGER NOT NULL, to_scan INTEGER,
  tenant INTEGER NOT NULL, name TEXT NOT NULL, ws INTEGER,
  PRIMARY KEY (pipeline, ord, from_scan)
) STRICT, WITHOUT ROWID;
INSERT INTO "pipeline_stage" ("pipeline", "ord", "from_scan", "to_scan", "tenant", "name", "ws") VALUES (55, 0, 1, NULL, 1, 'Development', 2);
INSERT INTO "pipeline_stage" ("pipeline", "ord", "from_scan", "to_scan", "tenant", "name", "ws") VALUES (55, 1, 1, NULL, 1, 'Production', 3);
INSERT INTO "pipeline_stage" ("pipeline", "ord", "from_scan", "to_scan", "tenant", "name", "ws") VALUES (56, 0, 1, NULL, 1, 'Development', 4);
INSERT INTO "pipeline_stage" ("pipeline", "ord", "from_scan", "to_scan", "tenant", "name", "ws") VALUES (56, 1, 1, NULL, 1, 'Production', 5);
INSERT INTO "pipeline_stage" ("pipeline", "ord", "from_scan", "to_scan", "tenant", "name", "ws") VALUES (57, 0, 1, NULL, 1, 'Development', 6);
INSERT INTO "pipeline_stage" ("pipeline", "ord", "from_scan", "to_scan", "tenant", "name", "ws") VALUES (57, 1, 1, NULL, 1, 'Production', 7);
CREATE TABLE pipeline_user (
  pipeline INTEGER NOT NULL, principal INTEGER NOT NULL, from_scan INTEGER NOT NULL, to_scan INTEGER,
  tenant INTEGER NOT NULL, role TEXT NOT NULL,
  PRIMARY KEY (pipeline, principal, from_scan)
) STRICT, WITHOUT ROWID;
INSERT INTO "pipeline_user" ("pipeline", "principal", "from_scan", "to_scan", "tenant", "role") VALUES (55, 17, 1, NULL, 1, 'Admin');
INSERT INTO "pipeline_user" ("pipeline", "principal", "from_scan", "to_scan", "tenant", "role") VALUES (56, 18, 1, NULL, 1, 'Admin');
INSERT INTO "pipeline_user" ("pipeline", "principal", "from_scan", "to_scan", "tenant", "role") VALUES (57, 19, 1, NULL, 1, 'Admin');
CREATE TABLE refreshable (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, kind TEXT NOT NULL, ws INTEGER, capacity INTEGER,
  window_start INTEGER, window_end INTEGER, refreshes INTEGER NOT NULL, failures INTEGER NOT NULL,
  average_s REAL NOT NULL, median_s REAL NOT NULL, per_day INTEGER NOT NULL,
  last_status TEXT NOT NULL, last_type TEXT NOT NULL, last_start INTEGER, last_end INTEGER, last_error TEXT NOT NULL,
  configured_by TEXT NOT NULL, schedule TEXT
) STRICT;
INSERT INTO "refreshable" ("id", "tenant", "item", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "ws", "capacity", "window_start", "window_end", "refreshes", "failures", "average_s", "median_s", "per_day", "last_status", "last_type", "last_start", "last_end", "last_error", "configured_by", "schedule") VALUES (1, 1, 5, 1, NULL, 5, 'Sales 1 item 1', 'sales 1 item 1', 'Dataset', 1, NULL, NULL, NULL, 20, 0, 12.5, 11.0, 8, 'Completed', 'Scheduled', 1790000000000, 1790000060000, '', '["person.1@contoso.com"]', NULL);
INSERT INTO "refreshable" ("id", "tenant", "item", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "ws", "capacity", "window_start", "window_end", "refreshes", "failures", "average_s", "median_s", "per_day", "last_status", "last_type", "last_start", "last_end", "last_error", "configured_by", "schedule") VALUES (2, 1, 8, 1, NULL, 8, 'Sales 4 item 4', 'sales 4 item 4', 'Dataset', 2, NULL, NULL, NULL, 20, 3, 12.5, 11.0, 8, 'Completed', 'Scheduled', 1790000000000, 1790000060000, '', '["person.1@contoso.com"]', NULL);
INSERT INTO "refreshable" ("id", "tenant", "item", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "ws", "capacity", "window_start", "window_end", "refreshes", "failures", "average_s", "median_s", "per_day", "last_status", "last_type", "last_start", "last_end", "last_error", "configured_by", "schedule") VALUES (3, 1, 11, 1, NULL, 11, 'Sales 7 item 7', 'sales 7 item 7', 'Dataset', 3, NULL, NULL, NULL, 20, 1, 12.5, 11.0, 8, 'Completed', 'Scheduled', 1790000000000, 1790000060000, '', '["person.1@contoso.com"]', NULL);
INSERT INTO "refreshable" ("id", "tenant", "item", "from_scan", "to_scan", "hash", "name", "name_key", "kind", "ws", "capacity", "window_start", "window_end", "refreshes", "failures", "average_s", "median_s", "per_day", "last_status", "last_type", "last_start", "last_end", "last_error", "configured_by", "schedule") VALUES (4, 1, 14, 1, NULL, 14, 'Sales 10 item 10', 'sales 10 item 10', 'Dataset', 4, NULL, NULL, NULL, 20, 4, 12.5, 11.0, 8, 'Failed', 'Scheduled', 1790000000000, 1790000060000, '', '["person.1@contoso.com"]', NULL);
CREATE TABLE setting (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL,
  name TEXT NOT NULL, override_of TEXT NOT NULL, override_id TEXT NOT NULL,
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  title TEXT NOT NULL, area TEXT NOT NULL, enabled INTEGER NOT NULL, for_groups INTEGER NOT NULL,
  enabled_groups TEXT NOT NULL, excluded_groups TEXT NOT NULL, properties TEXT NOT NULL, delegated TEXT NOT NULL
) STRICT;
INSERT INTO "setting" ("id", "tenant", "name", "override_of", "override_id", "from_scan", "to_scan", "hash", "title", "area", "enabled", "for_groups", "enabled_groups", "excluded_groups", "properties", "delegated") VALUES (1, 1, 'Setting1', '', '', 1, NULL, 1, 'Setting 1', 'Export', 1, 1, '[]', '[]', '[]', '[]');
INSERT INTO "setting" ("id", "tenant", "name", "override_of", "override_id", "from_scan", "to_scan", "hash", "title", "area", "enabled", "for_groups", "enabled_groups", "excluded_groups", "properties", "delegated") VALUES (2, 1, 'Setting2', '', '', 1, 2, 2, 'Setting 2', 'Export', 1, 1, '[]', '[]', '[]', '[]');
INSERT INTO "setting" ("id", "tenant", "name", "override_of", "override_id", "from_scan", "to_scan", "hash", "title", "area", "enabled", "for_groups", "enabled_groups", "excluded_groups", "properties", "delegated") VALUES (3, 1, 'Setting3', '', '', 1, 3, 3, 'Setting 3', 'Export', 1, 1, '[]', '[]', '[]', '[]');
INSERT INTO "setting" ("id", "tenant", "name", "override_of", "override_id", "from_scan", "to_scan", "hash", "title", "area", "enabled", "for_groups", "enabled_groups", "excluded_groups", "properties", "delegated") VALUES (4, 1, 'Setting2', '', '', 2, NULL, 3, 'Setting 2', 'Export', 0, 1, '[]', '[]', '[]', '[]');
INSERT INTO "setting" ("id", "tenant", "name", "override_of", "override_id", "from_scan", "to_scan", "hash", "title", "area", "enabled", "for_groups", "enabled_groups", "excluded_groups", "properties", "delegated") VALUES (5, 1, 'Setting3', '', '', 3, NULL, 4, 'Setting 3', 'Export', 0, 1, '[]', '[]', '[]', '[]');
CREATE TABLE wide_link (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, link TEXT NOT NULL, item INTEGER NOT NULL REFERENCES ident(id),
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  item_name TEXT NOT NULL, item_kind TEXT NOT NULL, role TEXT NOT NULL,
  sharer INTEGER REFERENCES ident(id), sharer_name TEXT NOT NULL, sharer_address TEXT NOT NULL
) STRICT;
CREATE TABLE unused_item (
  id INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, item INTEGER NOT NULL REFERENCES ident(id), ws INTEGER,
  from_scan INTEGER NOT NULL, to_scan INTEGER, hash INTEGER NOT NULL,
  name TEXT NOT NULL, kind TEXT NOT NULL, size_mb REAL NOT NULL, created INTEGER, last_accessed INTEGER
) STRICT;
CREATE TABLE activity (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL,
  event     TEXT    NOT NULL,         -- Microsoft's id
  at        INTEGER NOT NULL,
  day       INTEGER NOT NULL,         -- days since 1970-01-01 UTC
  activity  TEXT    NOT NULL,
  actor     TEXT    NOT NULL,         -- address, object id or PowerBI
  ws        INTEGER,
  item      INTEGER,
  item_kind TEXT    NOT NULL,
  item_name TEXT    NOT NULL,
  ws_name   TEXT    NOT NULL,
  succeeded INTEGER NOT NULL,
  via       TEXT    NOT NULL,
  raw       BLOB    NOT NULL, block INTEGER, place INTEGER, digest INTEGER NOT NULL DEFAULT 0,         -- the event as sent, gzip where it pays
  UNIQUE (tenant, event)
) STRICT;
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (1, 1, 'ev-1', 1794528000001, 20770, 'ViewReport', 'person.1@contoso.com', 1, 6, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (2, 1, 'ev-2', 1794441600002, 20769, 'ViewReport', 'person.2@contoso.com', 1, 7, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (3, 1, 'ev-3', 1794355200003, 20768, 'ViewReport', 'person.3@contoso.com', 2, 8, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (4, 1, 'ev-4', 1794268800004, 20767, 'EditReport', 'person.4@contoso.com', 2, 9, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (5, 1, 'ev-5', 1794182400005, 20766, 'ViewReport', 'person.5@contoso.com', 2, 10, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (6, 1, 'ev-6', 1794096000006, 20765, 'ViewReport', 'person.6@contoso.com', 3, 11, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (7, 1, 'ev-7', 1794009600007, 20764, 'ViewReport', 'person.7@contoso.com', 3, 12, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (8, 1, 'ev-8', 1793923200008, 20763, 'EditReport', 'person.0@contoso.com', 3, 13, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (9, 1, 'ev-9', 1793836800009, 20762, 'ViewReport', 'person.1@contoso.com', 4, 14, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (10, 1, 'ev-10', 1793750400010, 20761, 'ViewReport', 'person.2@contoso.com', 4, 15, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (11, 1, 'ev-11', 1793664000011, 20760, 'ViewReport', 'person.3@contoso.com', 4, 16, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
INSERT INTO "activity" ("id", "tenant", "event", "at", "day", "activity", "actor", "ws", "item", "item_kind", "item_name", "ws_name", "succeeded", "via", "raw", "block", "place", "digest") VALUES (12, 1, 'ev-12', 1793577600012, 20759, 'EditReport', 'person.4@contoso.com', 1, 5, 'report', 'item', 'ws', 1, 'Workspace', X'7B7D', NULL, NULL, 0);
CREATE TABLE usage_day (
  tenant INTEGER NOT NULL,
  day    INTEGER NOT NULL,
  item   INTEGER NOT NULL,
  ws     INTEGER,
  views  INTEGER NOT NULL,
  edits  INTEGER NOT NULL,
  exports INTEGER NOT NULL,
  shares INTEGER NOT NULL,
  refreshes INTEGER NOT NULL,
  people INTEGER NOT NULL,            -- different viewers that day
  PRIMARY KEY (tenant, day, item)
) STRICT, WITHOUT ROWID;
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20765, 11, 3, 1, 0, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20766, 10, 2, 0, 1, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20767, 16, 4, 1, 1, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20768, 8, 2, 3, 1, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20768, 15, 4, 0, 0, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20769, 7, 1, 2, 0, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20769, 14, 4, 4, 1, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20770, 6, 1, 1, 1, 0, 0, 1, 1);
INSERT INTO "usage_day" ("tenant", "day", "item", "ws", "views", "edits", "exports", "shares", "refreshes", "people") VALUES (1, 20771, 12, 3, 2, 1, 0, 0, 1, 1);
CREATE TABLE activity_day (
  tenant INTEGER NOT NULL, day INTEGER NOT NULL,
  read_at INTEGER NOT NULL, whole INTEGER NOT NULL, events INTEGER NOT NULL, error TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant, day)
) STRICT, WITHOUT ROWID;
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20732, 1791417600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20733, 1791504000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20734, 1791590400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20735, 1791676800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20736, 1791763200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20737, 1791849600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20738, 1791936000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20739, 1792022400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20740, 1792108800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20741, 1792195200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20742, 1792281600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20743, 1792368000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20744, 1792454400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20745, 1792540800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20746, 1792627200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20747, 1792713600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20748, 1792800000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20749, 1792886400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20750, 1792972800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20751, 1793059200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20752, 1793145600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20753, 1793232000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20754, 1793318400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20755, 1793404800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20756, 1793491200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20757, 1793577600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20758, 1793664000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20759, 1793750400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20760, 1793836800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20761, 1793923200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20762, 1794009600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20763, 1794096000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20764, 1794182400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20765, 1794268800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20766, 1794355200000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20767, 1794441600000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20768, 1794528000000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20769, 1794614400000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20770, 1794700800000, 1, 100, '');
INSERT INTO "activity_day" ("tenant", "day", "read_at", "whole", "events", "error") VALUES (1, 20771, 1794787200000, 0, 100, '');
CREATE TABLE budget (
  tenant    TEXT    NOT NULL,
  operation TEXT    NOT NULL,
  state     BLOB    NOT NULL,
  updated   INTEGER NOT NULL,
  PRIMARY KEY (tenant, operation)
) STRICT, WITHOUT ROWID;
CREATE TABLE scan_figure (
  scan  INTEGER NOT NULL REFERENCES scan(id),
  name  TEXT    NOT NULL,             -- e.g. workspaces.active, items.report, grants.guest
  value INTEGER NOT NULL,
  PRIMARY KEY (scan, name)
) STRICT, WITHOUT ROWID;
INSERT INTO "scan_figure" ("scan", "name", "value") VALUES (1, 'items', 12);
INSERT INTO "scan_figure" ("scan", "name", "value") VALUES (1, 'workspaces', 4);
INSERT INTO "scan_figure" ("scan", "name", "value") VALUES (2, 'items', 12);
INSERT INTO "scan_figure" ("scan", "name", "value") VALUES (2, 'workspaces', 4);
INSERT INTO "scan_figure" ("scan", "name", "value") VALUES (3, 'items', 12);
INSERT INTO "scan_figure" ("scan", "name", "value") VALUES (3, 'workspaces', 4);
CREATE TABLE ledger (
  seq           INTEGER PRIMARY KEY,
  hash          BLOB NOT NULL CHECK (length(hash) = 32),
  body          TEXT NOT NULL,
  time          TEXT GENERATED ALWAYS AS (body ->> 'time') VIRTUAL,
  action        TEXT GENERATED ALWAYS AS (body ->> 'action') VIRTUAL,
  outcome       TEXT GENERATED ALWAYS AS (body ->> 'outcome') VIRTUAL,
  actor_tenant  TEXT GENERATED ALWAYS AS (body ->> 'actor_tenant') VIRTUAL,
  actor_id      TEXT GENERATED ALWAYS AS (body ->> 'actor_id') VIRTUAL,
  object_kind   TEXT GENERATED ALWAYS AS (body ->> 'object_kind') VIRTUAL,
  object_id     TEXT GENERATED ALWAYS AS (body ->> 'object_id') VIRTUAL,
  object_tenant TEXT GENERATED ALWAYS AS (body ->> 'object_tenant') VIRTUAL
) STRICT;
INSERT INTO "ledger" ("seq", "hash", "body") VALUES (1, X'CB21111C5BEA3C8D68956FEB1E54284DA5DC0BC6111BD552591D18A2F4F27939', '{"time":"2026-11-01T00:00:00Z","action":"session.start","outcome":"done","actor_tenant":"t","actor_id":"o","object_kind":"session","object_id":"1"}');
INSERT INTO "ledger" ("seq", "hash", "body") VALUES (2, X'C50AAE17ECA856478C797139CABEA6012C9ECD44814E13073D752F52348E1300', '{"time":"2026-11-01T00:00:01Z","action":"scan.start","outcome":"done","object_kind":"scan","object_id":"1","object_tenant":"contoso"}');
CREATE TABLE ledger_identity (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  database TEXT    NOT NULL,
  epoch    INTEGER NOT NULL CHECK (epoch >= 1),
  created  INTEGER NOT NULL
) STRICT;
INSERT INTO "ledger_identity" ("one", "database", "epoch", "created") VALUES (1, '0e952e9d7f4a311183faec927b24173b', 1, 1795322515000);
CREATE TABLE ledger_checkpoint (
  id   INTEGER PRIMARY KEY,
  seq  INTEGER NOT NULL,
  at   INTEGER NOT NULL,
  note TEXT    NOT NULL
) STRICT;
CREATE TABLE session (
  hash       BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  tenant     TEXT    NOT NULL,        -- with id the person's key: (tid, oid) or (issuer, subject)
  person     TEXT    NOT NULL,
  issuer     TEXT    NOT NULL,
  subject    TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  address    TEXT    NOT NULL,        -- for reading and mail, never a key
  roles      TEXT    NOT NULL,        -- JSON array of the portal's roles
  started    INTEGER NOT NULL,        -- first sign-in: the absolute limit counts from here
  confirmed  INTEGER NOT NULL,        -- when the provider last saw the person prove who they are
  roles_read INTEGER NOT NULL,        -- when the provider last said the roles
  seen       INTEGER NOT NULL,        -- last request, kept to the minute
  ip         TEXT    NOT NULL,
  agent      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE signed_in (
  tenant  TEXT    NOT NULL,
  person  TEXT    NOT NULL,
  name    TEXT    NOT NULL,
  address TEXT    NOT NULL,
  roles   TEXT    NOT NULL,
  first   INTEGER NOT NULL,
  last    INTEGER NOT NULL,
  PRIMARY KEY (tenant, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE rule_version (
  id        INTEGER PRIMARY KEY,
  version   TEXT    NOT NULL UNIQUE,   -- SHA-256 of rule and values
  rule      TEXT    NOT NULL,
  rule_hash TEXT    NOT NULL,          -- SHA-256 of the rule alone
  pack      TEXT    NOT NULL,
  pack_hash TEXT    NOT NULL,
  kind      TEXT    NOT NULL,
  severity  TEXT    NOT NULL CHECK (severity IN ('critical','high','medium','low')),
  title     TEXT    NOT NULL,
  body      TEXT    NOT NULL,          -- the rule, canonical JSON
  params    TEXT    NOT NULL,          -- the values, JSON
  since     INTEGER NOT NULL
) STRICT;
CREATE TABLE rule_set (
  id       INTEGER PRIMARY KEY,
  hash     TEXT    NOT NULL UNIQUE,
  versions TEXT    NOT NULL,           -- JSON array of rule_version ids
  since    INTEGER NOT NULL
) STRICT;
CREATE TABLE rule_decision (
  id          INTEGER PRIMARY KEY,
  rule        TEXT    NOT NULL,
  is_on       INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  params      TEXT    NOT NULL,        -- JSON object; {} = the pack's values
  reason      TEXT    NOT NULL CHECK (length(trim(reason)) >= 5),
  author      TEXT    NOT NULL,
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL
) STRICT;
CREATE TABLE evaluation (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  scan       INTEGER NOT NULL REFERENCES scan(id),
  rule_set   INTEGER NOT NULL REFERENCES rule_set(id),
  mode       TEXT    NOT NULL CHECK (mode IN ('full','incremental')),
  state      TEXT    NOT NULL CHECK (state IN ('running','done','failed')),
  day        INTEGER NOT NULL,         -- UTC day that ages were counted to
  started    INTEGER NOT NULL,
  finished   INTEGER,
  workspaces INTEGER NOT NULL DEFAULT 0,
  verdicts   INTEGER NOT NULL DEFAULT 0,
  raised     INTEGER NOT NULL DEFAULT 0,
  resolved   INTEGER NOT NULL DEFAULT 0,
  reopened   INTEGER NOT NULL DEFAULT 0,
  error      TEXT    NOT NULL DEFAULT '',
  CHECK ((state = 'running') = (finished IS NULL))
) STRICT;
CREATE TABLE evaluation_unit (
  tenant INTEGER NOT NULL,
  ws     INTEGER NOT NULL,
  scan   INTEGER NOT NULL,
  tally  BLOB    NOT NULL,
  PRIMARY KEY (tenant, ws)
) STRICT, WITHOUT ROWID;
CREATE TABLE rule_figure (
  scan           INTEGER NOT NULL REFERENCES scan(id),
  rule           TEXT    NOT NULL,
  severity       TEXT    NOT NULL,
  passed         INTEGER NOT NULL,
  failed         INTEGER NOT NULL,
  unknown        INTEGER NOT NULL,
  open           INTEGER NOT NULL,
  in_progress    INTEGER NOT NULL,
  waived         INTEGER NOT NULL,
  false_positive INTEGER NOT NULL,
  raised         INTEGER NOT NULL,
  resolved       INTEGER NOT NULL,
  reopened       INTEGER NOT NULL,
  PRIMARY KEY (scan, rule)
) STRICT, WITHOUT ROWID;
CREATE TABLE violation (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  rule       TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  ws         INTEGER NOT NULL,
  object     INTEGER NOT NULL,
  principal  INTEGER NOT NULL,
  word       TEXT    NOT NULL,
  label      TEXT    NOT NULL,         -- the object's name when last seen
  severity   TEXT    NOT NULL CHECK (severity IN ('critical','high','medium','low')),
  state      TEXT    NOT NULL CHECK (state IN ('open','in_progress','false_positive','waived','resolved')),
  says       TEXT    NOT NULL,
  evidence   TEXT    NOT NULL,         -- JSON array of {fact, value}
  digest     TEXT    NOT NULL,
  version    INTEGER NOT NULL REFERENCES rule_version(id),
  owner      INTEGER,                  -- principal proposed as the one to ask
  assignee   TEXT    NOT NULL DEFAULT '',  -- subject of the person it was given to
  assignee_name TEXT NOT NULL DEFAULT '',
  reason     TEXT    NOT NULL DEFAULT '',  -- why it is a false positive
  first_seen INTEGER NOT NULL,
  first_scan INTEGER NOT NULL,
  changed    INTEGER NOT NULL,         -- last change of the state
  last_seen  INTEGER NOT NULL,         -- last change of what was seen; see violation_view
  last_scan  INTEGER NOT NULL,
  resolved   INTEGER,
  resolved_scan INTEGER,
  cause      TEXT    NOT NULL DEFAULT '' CHECK (cause IN ('','resolved','object gone')),
  reopened   INTEGER NOT NULL DEFAULT 0,
  moved_scan INTEGER,                  -- scan that made the last move; null when a person did
  in_force   INTEGER NOT NULL DEFAULT 1 CHECK (in_force IN (0, 1)), -- 0 while its rule is off
  rev        INTEGER NOT NULL DEFAULT 1,
  UNIQUE (tenant, rule, kind, ws, object, principal, word),
  CHECK ((state = 'resolved') = (resolved IS NOT NULL)),
  CHECK ((state = 'resolved') = (cause <> ''))
) STRICT;
CREATE TABLE violation_event (
  id         INTEGER PRIMARY KEY,
  violation  INTEGER NOT NULL REFERENCES violation(id),
  at         INTEGER NOT NULL,
  scan       INTEGER,                  -- null when a person did it
  actor      TEXT    NOT NULL DEFAULT '',
  actor_name TEXT    NOT NULL DEFAULT '',
  what       TEXT    NOT NULL,
  from_state TEXT    NOT NULL DEFAULT '',
  to_state   TEXT    NOT NULL DEFAULT '',
  note       TEXT    NOT NULL DEFAULT '',
  CHECK ((scan IS NULL) = (actor <> ''))
) STRICT;
CREATE TABLE violation_comment (
  id          INTEGER PRIMARY KEY,
  violation   INTEGER NOT NULL REFERENCES violation(id),
  at          INTEGER NOT NULL,
  author      TEXT    NOT NULL,
  author_name TEXT    NOT NULL,
  body        TEXT    NOT NULL CHECK (length(trim(body)) > 0)
) STRICT;
CREATE TABLE waiver (
  id           INTEGER PRIMARY KEY,
  violation    INTEGER NOT NULL REFERENCES violation(id),
  state        TEXT    NOT NULL CHECK (state IN ('asked','approved','rejected','withdrawn','ended','renewed','closed')),
  owner        TEXT    NOT NULL CHECK (length(trim(owner)) > 0),
  owner_name   TEXT    NOT NULL,
  reason       TEXT    NOT NULL CHECK (length(trim(reason)) >= 5),
  ends         INTEGER NOT NULL,
  asked_by     TEXT    NOT NULL CHECK (asked_by <> ''),
  asked_name   TEXT    NOT NULL,
  asked_at     INTEGER NOT NULL,
  decided_by   TEXT    NOT NULL DEFAULT '',
  decided_name TEXT    NOT NULL DEFAULT '',
  decided_at   INTEGER,
  note         TEXT    NOT NULL DEFAULT '',
  renews       INTEGER REFERENCES waiver(id),
  reminded     INTEGER,                -- when the owner was told of the end
  CHECK (ends > asked_at AND ends <= asked_at + 31622400000),
  CHECK (state IN ('asked','withdrawn') OR decided_by <> ''),
  CHECK (decided_by = '' OR (decided_by <> asked_by AND decided_by <> owner))
) STRICT;
CREATE TABLE unused_read (
  tenant INTEGER NOT NULL,
  ws     INTEGER NOT NULL REFERENCES ident(id),
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, ws)
) STRICT, WITHOUT ROWID;
CREATE TABLE ownership_answer (
  id          INTEGER PRIMARY KEY,
  tenant      INTEGER NOT NULL REFERENCES tenant(id),
  ws          INTEGER NOT NULL REFERENCES ident(id),
  answer      TEXT    NOT NULL CHECK (answer IN ('keep','remove')),
  reason      TEXT    NOT NULL CHECK (length(trim(reason)) >= 5),
  author      TEXT    NOT NULL CHECK (author <> ''),
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  due         INTEGER NOT NULL CHECK (due > at)   -- when to ask again, or by when it should be gone
) STRICT;
CREATE TABLE control_evidence (
  id          INTEGER PRIMARY KEY,
  tenant      INTEGER NOT NULL REFERENCES tenant(id),
  baseline    TEXT    NOT NULL,
  control     TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state IN ('pass','fail')),
  note        TEXT    NOT NULL CHECK (length(trim(note)) >= 5),
  author      TEXT    NOT NULL CHECK (author <> ''),
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  due         INTEGER NOT NULL CHECK (due > at)   -- evidence is not for ever
, link TEXT NOT NULL DEFAULT '' CHECK (link = '' OR substr(link, 1, 8) = 'https://')) STRICT;
CREATE TABLE request (
  id         TEXT    PRIMARY KEY CHECK (length(id) BETWEEN 10 AND 64),
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  kind       TEXT    NOT NULL,
  title      TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('draft','pending','approved','running','done','failed','cancelled','rejected','withdrawn','expired')),
  version    INTEGER NOT NULL DEFAULT 1,  -- every change counts it up
  revision   INTEGER NOT NULL DEFAULT 0,  -- every submission counts it up
  params     TEXT    NOT NULL,            -- JSON, as typed
  reason     TEXT    NOT NULL,
  requester_tid TEXT NOT NULL CHECK (requester_tid = lower(requester_tid)),
  requester_oid TEXT NOT NULL CHECK (requester_oid = lower(requester_oid) AND requester_oid <> ''),
  requester_name TEXT NOT NULL,
  requester_address TEXT NOT NULL,
  editor_tid TEXT    NOT NULL CHECK (editor_tid = lower(editor_tid)),
  editor_oid TEXT    NOT NULL CHECK (editor_oid = lower(editor_oid) AND editor_oid <> ''),
  editor_name TEXT   NOT NULL,
  editor_address TEXT NOT NULL,
  plan_hash  TEXT    REFERENCES request_plan(hash),
  risk       TEXT    NOT NULL DEFAULT '' CHECK (risk IN ('','none','normal','high')),
  rule       TEXT    NOT NULL DEFAULT '', -- name of the approval rule
  need       INTEGER,                     -- how many people in all
  rules_hash TEXT    NOT NULL DEFAULT '', -- of the policies that judged
  created    INTEGER NOT NULL,
  changed    INTEGER NOT NULL,
  submitted  INTEGER,
  decided    INTEGER,
  expires    INTEGER,                     -- falls if undecided by then
  window_ends INTEGER,                    -- falls if not started by then
  not_before INTEGER,                     -- does not start earlier
  reminded   INTEGER,
  escalated  INTEGER,
  note       TEXT    NOT NULL DEFAULT '',
  CHECK (state NOT IN ('draft') OR (plan_hash IS NULL AND need IS NULL AND expires IS NULL AND window_ends IS NULL)),
  CHECK (state IN ('draft','withdrawn') OR (plan_hash IS NOT NULL AND need IS NOT NULL AND expires IS NOT NULL)),
  CHECK (state NOT IN ('approved','running') OR window_ends IS NOT NULL)
) STRICT;
INSERT INTO "request" ("id", "tenant", "kind", "title", "state", "version", "revision", "params", "reason", "requester_tid", "requester_oid", "requester_name", "requester_address", "editor_tid", "editor_oid", "editor_name", "editor_address", "plan_hash", "risk", "rule", "need", "rules_hash", "created", "changed", "submitted", "decided", "expires", "window_ends", "not_before", "reminded", "escalated", "note") VALUES ('01GOLDEN00000000', 1, 'access', 'Access for Zoë', 'draft', 1, 0, '{}', 'quarter''s end', 't', 'o', 'Zoë', 'zoe@contoso.com', 't', 'o', 'Zoë', 'zoe@contoso.com', NULL, '', '', NULL, '', 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '');
CREATE TABLE request_plan (
  hash     TEXT    PRIMARY KEY CHECK (length(hash) = 64),
  request  TEXT    NOT NULL REFERENCES request(id),
  revision INTEGER NOT NULL,
  body     BLOB    NOT NULL,
  at       INTEGER NOT NULL,
  UNIQUE (request, revision)
) STRICT;
CREATE TABLE request_stage (
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  ord       INTEGER NOT NULL CHECK (ord >= 1),
  count     INTEGER NOT NULL CHECK (count >= 1),
  role      TEXT    NOT NULL,
  grp       TEXT    NOT NULL,
  PRIMARY KEY (plan_hash, ord),
  CHECK ((role = '') <> (grp = ''))
) STRICT, WITHOUT ROWID;
CREATE TABLE request_party (
  plan_hash TEXT NOT NULL REFERENCES request_plan(hash),
  tid       TEXT NOT NULL CHECK (tid = lower(tid)),
  oid       TEXT NOT NULL CHECK (oid = lower(oid)),
  why       TEXT NOT NULL CHECK (why IN ('requester','editor','beneficiary','break-glass')),
  name      TEXT NOT NULL,
  PRIMARY KEY (plan_hash, tid, oid, why)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_alias (
  plan_hash TEXT NOT NULL REFERENCES request_plan(hash),
  address   TEXT NOT NULL CHECK (address <> '' AND address = lower(address)),
  why       TEXT NOT NULL,
  PRIMARY KEY (plan_hash, address)
) STRICT, WITHOUT ROWID;
CREATE TABLE approval (
  request   TEXT    NOT NULL REFERENCES request(id),
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  tid       TEXT    NOT NULL CHECK (tid = lower(tid)),
  oid       TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  name      TEXT    NOT NULL,
  address   TEXT    NOT NULL,             -- folded
  stage     INTEGER NOT NULL,
  approves  INTEGER NOT NULL CHECK (approves IN (0, 1)),
  note      TEXT    NOT NULL,
  at        INTEGER NOT NULL,
  for_tid   TEXT    NOT NULL DEFAULT '' CHECK (for_tid = lower(for_tid)),
  for_oid   TEXT    NOT NULL DEFAULT '' CHECK (for_oid = lower(for_oid)),
  for_name  TEXT    NOT NULL DEFAULT '',
  PRIMARY KEY (request, plan_hash, tid, oid)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_place (
  request TEXT NOT NULL REFERENCES request(id),
  name    TEXT NOT NULL,
  name_key TEXT NOT NULL,                 -- tenant.Fold(name)
  domain  TEXT NOT NULL,
  domain_key TEXT NOT NULL,
  PRIMARY KEY (request, name, domain)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_event (
  id         INTEGER PRIMARY KEY,
  request    TEXT    NOT NULL REFERENCES request(id),
  at         INTEGER NOT NULL,
  tid        TEXT    NOT NULL DEFAULT '', -- empty when the portal did it
  oid        TEXT    NOT NULL DEFAULT '',
  name       TEXT    NOT NULL DEFAULT '',
  what       TEXT    NOT NULL,
  from_state TEXT    NOT NULL DEFAULT '',
  to_state   TEXT    NOT NULL DEFAULT '',
  plan_hash  TEXT    NOT NULL DEFAULT '',
  note       TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE delegation (
  id        INTEGER PRIMARY KEY,
  from_tid  TEXT    NOT NULL,
  from_oid  TEXT    NOT NULL CHECK (from_oid <> ''),
  from_name TEXT    NOT NULL,
  from_address TEXT NOT NULL,
  to_tid    TEXT    NOT NULL,
  to_oid    TEXT    NOT NULL CHECK (to_oid <> ''),
  to_name   TEXT    NOT NULL,
  starts    INTEGER NOT NULL,
  ends      INTEGER NOT NULL,
  ended     INTEGER,                      -- taken back before its time
  reason    TEXT    NOT NULL,
  CHECK (ends > starts AND ends <= starts + 7776000000),
  CHECK (from_tid <> to_tid OR from_oid <> to_oid)
) STRICT;
CREATE TABLE request_later (
  request   TEXT    NOT NULL REFERENCES request(id),
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  step      TEXT    NOT NULL,
  due       INTEGER NOT NULL,
  state     TEXT    NOT NULL CHECK (state IN ('waiting','running','done','failed','void')),
  note      TEXT    NOT NULL DEFAULT '',
  changed   INTEGER NOT NULL,
  PRIMARY KEY (request, step)
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
  id         TEXT PRIMARY KEY,          -- the request's; request:step for one that has its own time
  request    TEXT NOT NULL,
  later      TEXT NOT NULL DEFAULT '',  -- that step
  tenant     TEXT NOT NULL,
  title      TEXT NOT NULL,
  plan_hash  TEXT NOT NULL CHECK (length(plan_hash) = 64),
  plan       TEXT NOT NULL,
  for_tenant TEXT NOT NULL,
  for_id     TEXT NOT NULL,
  for_name   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
  paused     INTEGER,
  cancel     INTEGER,
  asked_by   TEXT NOT NULL DEFAULT '', -- who paused or cancelled, for reading
  waits      TEXT NOT NULL DEFAULT '', -- why it does not go on, as a sentence
  wake       INTEGER,                  -- when it goes on by itself
  note       TEXT NOT NULL DEFAULT '',
  started    INTEGER NOT NULL,
  finished   INTEGER, asked_why TEXT NOT NULL DEFAULT '',
  CHECK ((finished IS NOT NULL) = (state <> 'running'))
) STRICT;
CREATE TABLE target_lock (
  tenant TEXT NOT NULL,
  key    TEXT NOT NULL,
  run    TEXT REFERENCES run (id),
  fence  INTEGER NOT NULL CHECK (fence >= 0),
  taken  INTEGER,
  PRIMARY KEY (tenant, key)
) STRICT;
CREATE TABLE run_step (
  run         TEXT NOT NULL REFERENCES run (id),
  id          TEXT NOT NULL,             -- of the plan; undo:… takes that one back
  seq         INTEGER NOT NULL,
  undoes      TEXT NOT NULL DEFAULT '',
  line        INTEGER NOT NULL DEFAULT 0, -- of a bulk request
  says        TEXT NOT NULL,
  operation   TEXT NOT NULL,
  call        TEXT NOT NULL,
  lock        TEXT NOT NULL,
  marker      TEXT NOT NULL DEFAULT '',
  state       TEXT NOT NULL CHECK (state IN ('ready', 'intent', 'settling', 'in_doubt', 'done', 'failed', 'skipped', 'undone')),
  wake        INTEGER,                   -- next try, look or poll
  attempt     INTEGER NOT NULL DEFAULT 0,
  tries       INTEGER NOT NULL DEFAULT 0, -- waits in a row without a write
  looks       INTEGER NOT NULL DEFAULT 0, -- since it is in doubt
  fence       INTEGER NOT NULL DEFAULT 0,
  digest      TEXT NOT NULL DEFAULT '' CHECK (digest = '' OR length(digest) = 64),
  made        INTEGER NOT NULL DEFAULT 0 CHECK (made IN (0, 1)), -- the effect is this run's
  operator    INTEGER NOT NULL DEFAULT 0 CHECK (operator IN (0, 1)), -- a person must decide
  choice      TEXT NOT NULL DEFAULT '' CHECK (choice IN ('', 'adopt', 'redo', 'stop')),
  chosen_id   TEXT NOT NULL DEFAULT '',
  sent        TEXT NOT NULL DEFAULT '',
  answered    TEXT NOT NULL DEFAULT '',
  status      INTEGER NOT NULL DEFAULT 0,
  request_ids TEXT NOT NULL DEFAULT '', -- Microsoft's, newest last
  results     TEXT NOT NULL DEFAULT '{}',
  note        TEXT NOT NULL DEFAULT '',
  intended    INTEGER,
  answered_at INTEGER,
  finished    INTEGER, chosen_by TEXT NOT NULL DEFAULT '', chosen_why TEXT NOT NULL DEFAULT '', finding TEXT NOT NULL DEFAULT '', parts TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (run, id),
  CHECK ((finished IS NOT NULL) = (state IN ('done', 'failed', 'skipped', 'undone'))),
  CHECK (state NOT IN ('intent', 'settling', 'in_doubt') OR (fence > 0 AND attempt > 0 AND digest <> '' AND intended IS NOT NULL)),
  CHECK (operator = 0 OR state = 'in_doubt')
) STRICT;
CREATE TABLE executor_hold (
  tenant TEXT PRIMARY KEY,
  since  INTEGER NOT NULL,
  by     TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE TABLE activity_block (
  id     INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  body   BLOB    NOT NULL              -- gzip of a JSON array of events as sent
) STRICT;
CREATE TABLE role_count (
  scan       INTEGER NOT NULL REFERENCES scan(id),
  role       TEXT    NOT NULL,
  kind       TEXT    NOT NULL,  -- of the holder; empty when it is unknown
  guest      INTEGER NOT NULL,
  roles      INTEGER NOT NULL,
  workspaces INTEGER NOT NULL,
  holders    INTEGER NOT NULL,
  PRIMARY KEY (scan, role, kind, guest)
) STRICT, WITHOUT ROWID;
CREATE TABLE ended_session (
  hash   BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  tenant TEXT    NOT NULL,
  person TEXT    NOT NULL,
  seen   INTEGER NOT NULL  -- the last use
) STRICT, WITHOUT ROWID;
CREATE TABLE ledger_base (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  seq  INTEGER NOT NULL CHECK (seq >= 0),   -- the last entry that was removed
  hash BLOB    CHECK (hash IS NULL OR length(hash) = 32)
) STRICT;
INSERT INTO "ledger_base" ("one", "seq", "hash") VALUES (1, 0, NULL);
CREATE TABLE owner_question (
  id         INTEGER PRIMARY KEY,
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  ws         INTEGER NOT NULL REFERENCES ident(id),
  cause      TEXT    NOT NULL CHECK (cause IN ('unused','kept long ago','should be gone')),
  says       TEXT    NOT NULL,
  owner      TEXT    NOT NULL DEFAULT '',
  owner_name TEXT    NOT NULL DEFAULT '',
  asked      INTEGER NOT NULL,
  reminders  INTEGER NOT NULL DEFAULT 0,
  reminded   INTEGER,
  remind_at  INTEGER,                      -- the next reminder, by the periods in force at the last turn
  escalate_at INTEGER,                     -- when others are told, likewise; null when they were
  escalated  INTEGER,
  escalated_to TEXT  NOT NULL DEFAULT '',  -- names, for reading
  closed     INTEGER,
  outcome    TEXT    NOT NULL DEFAULT '' CHECK (outcome IN ('','answered','used again','gone')),
  CHECK ((closed IS NULL) = (outcome = '')),
  CHECK ((reminders = 0) = (reminded IS NULL))
) STRICT;
CREATE TABLE outbox (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL REFERENCES tenant(id),
  what      TEXT    NOT NULL CHECK (what IN ('owner asked','owner reminded','owner silent','waiver ends','waiver ended')),
  ws        INTEGER NOT NULL DEFAULT 0,    -- the workspace it is about; 0 for the tenant
  question  INTEGER REFERENCES owner_question(id),
  waiver    INTEGER REFERENCES waiver(id),
  recipient TEXT    NOT NULL CHECK (recipient <> ''), -- a person's id or address, or role:NAME
  name      TEXT    NOT NULL,
  address   TEXT    NOT NULL DEFAULT '',
  why       TEXT    NOT NULL CHECK (why <> ''),
  link      TEXT    NOT NULL CHECK (substr(link, 1, 1) = '/'), -- within the portal
  at        INTEGER NOT NULL,
  sent      INTEGER
) STRICT;
CREATE TABLE notice (
  id       INTEGER PRIMARY KEY,
  request  TEXT    NOT NULL REFERENCES request(id),
  at       INTEGER NOT NULL,
  what     TEXT    NOT NULL CHECK (what IN ('decide','remind','escalate','decided','returned','expired','withdrawn','commented')),
  tid      TEXT    NOT NULL DEFAULT '' CHECK (tid = lower(tid)),  -- empty for an address of the configuration
  oid      TEXT    NOT NULL DEFAULT '' CHECK (oid = lower(oid)),
  name     TEXT    NOT NULL DEFAULT '',
  address  TEXT    NOT NULL DEFAULT '',
  why      TEXT    NOT NULL,             -- why they are told, as a sentence
  says     TEXT    NOT NULL,             -- what they are told
  plan_hash TEXT   NOT NULL DEFAULT '',
  sent     INTEGER,                      -- when something took it away
  outcome  TEXT    NOT NULL DEFAULT '',  -- how that went
  CHECK (oid <> '' OR address <> '')
) STRICT;
CREATE TABLE provisioned (
  tenant TEXT    NOT NULL,
  ws     TEXT    NOT NULL CHECK (ws <> '' AND ws = lower(ws)), -- Microsoft's id
  aspect TEXT    NOT NULL CHECK (aspect IN ('name', 'capacity', 'role')),
  key    TEXT    NOT NULL DEFAULT '',  -- of a role: whose; Microsoft's id
  value  TEXT    NOT NULL,             -- of a role: empty for none; of a capacity: its id, empty for shared
  run    TEXT    NOT NULL REFERENCES run (id),
  step   TEXT    NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, ws, aspect, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE delivery (
  id        INTEGER PRIMARY KEY,
  tenant    INTEGER NOT NULL REFERENCES tenant(id),
  source    TEXT    NOT NULL CHECK (source IN ('outbox', 'notice')),
  source_id INTEGER NOT NULL,
  event     TEXT    NOT NULL,
  channel   TEXT    NOT NULL CHECK (channel IN ('mail', 'teams', 'webhook')),
  place     TEXT    NOT NULL CHECK (place <> ''),  -- an address, or the name of a webhook in the configuration
  name      TEXT    NOT NULL DEFAULT '',           -- of the person it is for
  why       TEXT    NOT NULL,
  says      TEXT    NOT NULL,
  link      TEXT    NOT NULL,                      -- within the portal
  at        INTEGER NOT NULL,                      -- when it happened
  digest    INTEGER NOT NULL DEFAULT 0 CHECK (digest IN (0, 1)), -- 1: goes with others of the day
  state     TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up', 'not wanted')),
  attempts  INTEGER NOT NULL DEFAULT 0,
  due       INTEGER NOT NULL,                      -- the next attempt is not earlier
  ended     INTEGER,
  error     TEXT    NOT NULL DEFAULT '',           -- the sentence of the last attempt
  UNIQUE (source, source_id, channel, place),
  CHECK ((state = 'waiting') = (ended IS NULL))
) STRICT;
CREATE TABLE mail_wish (
  tid    TEXT    NOT NULL CHECK (tid = lower(tid)),
  oid    TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  address TEXT   NOT NULL CHECK (address <> '' AND address = lower(address)), -- as deliveries know them
  often  TEXT    NOT NULL CHECK (often IN ('at once', 'daily', 'never')),
  quiet_from INTEGER NOT NULL DEFAULT 0 CHECK (quiet_from BETWEEN 0 AND 23), -- hours of the zone; equal for none
  quiet_to   INTEGER NOT NULL DEFAULT 0 CHECK (quiet_to BETWEEN 0 AND 23),
  zone   TEXT    NOT NULL DEFAULT 'UTC',
  changed INTEGER NOT NULL,
  PRIMARY KEY (tid, oid)
) STRICT;
CREATE TABLE emergency (
  request  TEXT    PRIMARY KEY REFERENCES request(id), -- that asked for it
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  tid      TEXT    NOT NULL CHECK (tid = lower(tid)),  -- who holds it
  oid      TEXT    NOT NULL CHECK (oid = lower(oid) AND oid <> ''),
  name     TEXT    NOT NULL,
  address  TEXT    NOT NULL,
  given_by TEXT    NOT NULL,               -- names, for reading; request and approval have the ids
  prefix   TEXT    NOT NULL DEFAULT '',    -- of workspaces; empty for the whole tenant
  prefix_key TEXT  NOT NULL DEFAULT '',    -- tenant.Fold(prefix)
  starts   INTEGER NOT NULL,
  ends     INTEGER NOT NULL,
  ended    INTEGER,                        -- before its time
  ended_by TEXT    NOT NULL DEFAULT '',
  reminded INTEGER,                        -- that nobody has reviewed it
  reviewed INTEGER,
  reviewer_tid  TEXT NOT NULL DEFAULT '' CHECK (reviewer_tid = lower(reviewer_tid)),
  reviewer_oid  TEXT NOT NULL DEFAULT '' CHECK (reviewer_oid = lower(reviewer_oid)),
  reviewer_name TEXT NOT NULL DEFAULT '',
  verdict  TEXT    NOT NULL DEFAULT '' CHECK (verdict IN ('', 'justified', 'not justified')),
  review   TEXT    NOT NULL DEFAULT '',
  CHECK (ends > starts AND ends <= starts + 3600000),
  CHECK ((reviewed IS NULL) = (verdict = '') AND (reviewed IS NULL) = (review = '') AND (reviewed IS NULL) = (reviewer_oid = ''))
) STRICT, WITHOUT ROWID;
CREATE TABLE emergency_use (
  request   TEXT    NOT NULL REFERENCES request(id),
  plan_hash TEXT    NOT NULL REFERENCES request_plan(hash),
  emergency TEXT    NOT NULL REFERENCES emergency(request),
  at        INTEGER NOT NULL,
  reason    TEXT    NOT NULL CHECK (reason <> ''),
  PRIMARY KEY (request, plan_hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_because (
  request   TEXT    PRIMARY KEY REFERENCES request(id),
  violation INTEGER NOT NULL REFERENCES violation(id)
) STRICT, WITHOUT ROWID;
CREATE TABLE pipeline_item (
  pipeline  INTEGER NOT NULL,
  ord       INTEGER NOT NULL,
  item      INTEGER NOT NULL,
  from_scan INTEGER NOT NULL,
  to_scan   INTEGER,
  tenant    INTEGER NOT NULL,
  kind      TEXT    NOT NULL,         -- report, dashboard, dataset, dataflow, datamart
  name      TEXT    NOT NULL,
  source    INTEGER,                  -- the pair in the stage before; null = unpaired
  target    INTEGER,                  -- the pair in the stage after
  deployed  INTEGER,                  -- last deployment into this stage
  PRIMARY KEY (pipeline, ord, item, from_scan)
) STRICT, WITHOUT ROWID;
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (55, 0, 8, 1, NULL, 1, 'dataset', 'Sales 4 item 4', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (55, 0, 9, 1, NULL, 1, 'dashboard', 'Sales 5 item 5', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (55, 0, 10, 1, NULL, 1, 'report', 'Sales 6 item 6', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (55, 1, 11, 1, NULL, 1, 'dataset', 'Sales 7 item 7', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (55, 1, 12, 1, NULL, 1, 'dashboard', 'Sales 8 item 8', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (55, 1, 13, 1, NULL, 1, 'report', 'Sales 9 item 9', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (56, 0, 14, 1, NULL, 1, 'dataset', 'Sales 10 item 10', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (56, 0, 15, 1, NULL, 1, 'dashboard', 'Sales 11 item 11', NULL, NULL, 1790000000000);
INSERT INTO "pipeline_item" ("pipeline", "ord", "item", "from_scan", "to_scan", "tenant", "kind", "name", "source", "target", "deployed") VALUES (56, 0, 16, 1, NULL, 1, 'report', 'Sales 12 item 12', NULL, NULL, 1790000000000);
CREATE TABLE deployment (
  tenant     INTEGER NOT NULL,
  pipeline   INTEGER NOT NULL REFERENCES ident(id),
  operation  TEXT    NOT NULL CHECK (operation <> ''),
  status     TEXT    NOT NULL,        -- NotStarted, Executing, Succeeded, Failed
  started    INTEGER NOT NULL,        -- when it began, else when it was last heard of
  ended      INTEGER,
  source_ord INTEGER NOT NULL,
  target_ord INTEGER NOT NULL,
  note       TEXT    NOT NULL,
  note_cut   INTEGER NOT NULL,
  performer  TEXT    NOT NULL,        -- user principal name or an app's object id
  created    INTEGER NOT NULL,        -- items new in the target
  changed    INTEGER NOT NULL,
  equal      INTEGER NOT NULL,
  failed     INTEGER,                 -- steps that failed; null while the steps are not known
  PRIMARY KEY (pipeline, operation)
) STRICT, WITHOUT ROWID;
INSERT INTO "deployment" ("tenant", "pipeline", "operation", "status", "started", "ended", "source_ord", "target_ord", "note", "note_cut", "performer", "created", "changed", "equal", "failed") VALUES (1, 55, 'op-1', 'Failed', 1790000000000, 1790000060000, 0, 1, '', 0, 'person.1@contoso.com', 1, 1, 1, 1);
INSERT INTO "deployment" ("tenant", "pipeline", "operation", "status", "started", "ended", "source_ord", "target_ord", "note", "note_cut", "performer", "created", "changed", "equal", "failed") VALUES (1, 56, 'op-2', 'Failed', 1790000000000, 1790000060000, 0, 1, '', 0, 'person.1@contoso.com', 1, 1, 1, 1);
INSERT INTO "deployment" ("tenant", "pipeline", "operation", "status", "started", "ended", "source_ord", "target_ord", "note", "note_cut", "performer", "created", "changed", "equal", "failed") VALUES (1, 57, 'op-3', 'Failed', 1790000000000, 1790000060000, 0, 1, '', 0, 'person.1@contoso.com', 1, 1, 1, 1);
CREATE TABLE deployment_step (
  pipeline    INTEGER NOT NULL,
  operation   TEXT    NOT NULL,
  idx         INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  status      TEXT    NOT NULL,
  difference  TEXT    NOT NULL,       -- New, Different, NoDifference
  source      INTEGER,
  source_name TEXT    NOT NULL,
  target      INTEGER,
  target_name TEXT    NOT NULL,
  error_code  TEXT    NOT NULL,
  error_text  TEXT    NOT NULL,
  PRIMARY KEY (pipeline, operation, idx)
) STRICT, WITHOUT ROWID;
INSERT INTO "deployment_step" ("pipeline", "operation", "idx", "kind", "status", "difference", "source", "source_name", "target", "target_name", "error_code", "error_text") VALUES (55, 'op-1', 0, 'dataset', 'Failed', 'New', 8, 'Sales 4 item 4', NULL, '', 'Code', 'Text');
INSERT INTO "deployment_step" ("pipeline", "operation", "idx", "kind", "status", "difference", "source", "source_name", "target", "target_name", "error_code", "error_text") VALUES (55, 'op-1', 1, 'dashboard', 'Failed', 'New', 9, 'Sales 5 item 5', NULL, '', 'Code', 'Text');
INSERT INTO "deployment_step" ("pipeline", "operation", "idx", "kind", "status", "difference", "source", "source_name", "target", "target_name", "error_code", "error_text") VALUES (55, 'op-1', 2, 'report', 'Failed', 'New', 10, 'Sales 6 item 6', NULL, '', 'Code', 'Text');
INSERT INTO "deployment_step" ("pipeline", "operation", "idx", "kind", "status", "difference", "source", "source_name", "target", "target_name", "error_code", "error_text") VALUES (56, 'op-2', 0, 'dataset', 'Failed', 'New', 14, 'Sales 10 item 10', NULL, '', 'Code', 'Text');
INSERT INTO "deployment_step" ("pipeline", "operation", "idx", "kind", "status", "difference", "source", "source_name", "target", "target_name", "error_code", "error_text") VALUES (56, 'op-2', 1, 'dashboard', 'Failed', 'New', 15, 'Sales 11 item 11', NULL, '', 'Code', 'Text');
INSERT INTO "deployment_step" ("pipeline", "operation", "idx", "kind", "status", "difference", "source", "source_name", "target", "target_name", "error_code", "error_text") VALUES (56, 'op-2', 2, 'report', 'Failed', 'New', 16, 'Sales 12 item 12', NULL, '', 'Code', 'Text');
CREATE TABLE pipeline_reading (
  pipeline INTEGER PRIMARY KEY REFERENCES ident(id),
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  read_at  INTEGER NOT NULL,
  known_at INTEGER,                   -- when it was last read whole
  reason   TEXT    NOT NULL DEFAULT ''
) STRICT;
INSERT INTO "pipeline_reading" ("pipeline", "tenant", "read_at", "known_at", "reason") VALUES (55, 1, 1790000000000, 1790000000000, '');
INSERT INTO "pipeline_reading" ("pipeline", "tenant", "read_at", "known_at", "reason") VALUES (56, 1, 1790000000000, 1790000000000, '');
INSERT INTO "pipeline_reading" ("pipeline", "tenant", "read_at", "known_at", "reason") VALUES (57, 1, 1790000000000, 1790000000000, '');
CREATE TABLE mapping_set (
  id       INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  pair     TEXT    NOT NULL,              -- promotion.Pair.Key
  pipeline INTEGER REFERENCES ident(id),  -- null for a pair of workspaces
  stage    INTEGER NOT NULL,              -- the stage content comes from
  source   INTEGER NOT NULL REFERENCES ident(id), -- the workspaces when it was last changed
  target   INTEGER NOT NULL REFERENCES ident(id),
  version  INTEGER NOT NULL,              -- the newest
  UNIQUE (tenant, pair)
) STRICT;
CREATE TABLE mapping_version (
  mapping     INTEGER NOT NULL REFERENCES mapping_set(id),
  version     INTEGER NOT NULL CHECK (version > 0),
  hash        TEXT    NOT NULL CHECK (length(hash) = 64), -- SHA-256 of body
  body        TEXT    NOT NULL,           -- promotion.Mapping.Canonical
  things      INTEGER NOT NULL,           -- how many things it sets; 0 sets nothing any more
  request     TEXT    NOT NULL,           -- the request that asked for it
  reason      TEXT    NOT NULL,
  author      TEXT    NOT NULL CHECK (author <> ''),
  author_name TEXT    NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (mapping, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE upload (
  tenant INTEGER NOT NULL REFERENCES tenant(id),
  tid    TEXT    NOT NULL,          -- who, by directory and object id
  oid    TEXT    NOT NULL,
  sum    TEXT    NOT NULL CHECK (length(sum) = 64),
  name   TEXT    NOT NULL CHECK (name <> ''),
  size   INTEGER NOT NULL CHECK (size > 0),
  at     INTEGER NOT NULL,
  PRIMARY KEY (tenant, tid, oid, sum)
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_run (
  item       INTEGER NOT NULL REFERENCES ident(id),
  started    INTEGER NOT NULL,
  run        TEXT    NOT NULL CHECK (run <> ''),       -- request id in lower case, transaction, or event
  ended      INTEGER CHECK (ended >= started),         -- null: under way, or not told
  status     TEXT    NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled', 'disabled', 'unclear')),
  kind       TEXT    NOT NULL DEFAULT '',              -- Scheduled, OnDemand, ViaApi …
  error_code TEXT    NOT NULL DEFAULT '',
  error_text TEXT    NOT NULL DEFAULT '',              -- as Microsoft sent it: names of the tenant
  attempts   INTEGER NOT NULL DEFAULT 0,
  source     TEXT    NOT NULL CHECK (source IN ('history', 'transactions', 'refreshables', 'activity')),
  PRIMARY KEY (item, started, run),
  CHECK (status <> 'running' OR ended IS NULL)
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_reading (
  item        INTEGER PRIMARY KEY REFERENCES ident(id),
  tenant      INTEGER NOT NULL REFERENCES tenant(id),
  source      TEXT    NOT NULL CHECK (source IN ('history', 'transactions', 'refreshables', 'activity', 'none')),
  read_at     INTEGER NOT NULL,          -- when it was tried last
  known_since INTEGER,                   -- no run is missing since; null where the source tells only some
  due         INTEGER NOT NULL,          -- not to be read earlier
  reason      TEXT    NOT NULL DEFAULT '' -- why it cannot be read, as a sentence with the remedy
) STRICT;
CREATE TABLE refresh_health (
  item       INTEGER PRIMARY KEY REFERENCES ident(id),
  tenant     INTEGER NOT NULL REFERENCES tenant(id),
  state      TEXT    NOT NULL,
  rank       INTEGER NOT NULL,           -- of the state: the worst is the highest
  runs       INTEGER NOT NULL,
  completed  INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  cancelled  INTEGER NOT NULL,
  success    REAL,                       -- 0 to 1; null when nothing ended
  mean_s REAL, median_s REAL, slow_s REAL, longest_s REAL, spread_s REAL,
  trend      REAL,                       -- growth of the duration in a week, as a share
  slower     REAL,                       -- last week against the time before
  wait_s REAL, longest_wait_s REAL,
  in_row     INTEGER NOT NULL,           -- failures in a row by now
  last_run   TEXT    NOT NULL DEFAULT '',
  last_status TEXT   NOT NULL DEFAULT '',
  last_start INTEGER, last_end INTEGER, last_good INTEGER,
  trouble    TEXT    NOT NULL DEFAULT '', -- of the last failure, or the most frequent one
  code       TEXT    NOT NULL DEFAULT '',
  cause      TEXT    NOT NULL DEFAULT '', -- normalised text
  advice     TEXT    NOT NULL DEFAULT '[]', -- JSON
  advised    INTEGER NOT NULL,
  owner      TEXT    NOT NULL DEFAULT '',
  owner_key  TEXT    NOT NULL DEFAULT '',
  owner_gone INTEGER NOT NULL,
  gateway    TEXT    NOT NULL DEFAULT '',
  slots      INTEGER NOT NULL,           -- times a day by the schedule; 0 without one
  source     TEXT    NOT NULL,
  known_since INTEGER,
  reason     TEXT    NOT NULL DEFAULT '',
  assessed   INTEGER NOT NULL
, ws INTEGER NOT NULL DEFAULT 0, kind TEXT NOT NULL DEFAULT '', name TEXT NOT NULL DEFAULT '', name_key TEXT NOT NULL DEFAULT '', capacity INTEGER, first TEXT NOT NULL DEFAULT '') STRICT;
CREATE TABLE refresh_cause (
  item     INTEGER NOT NULL REFERENCES ident(id),
  place    INTEGER NOT NULL,             -- the most frequent first
  code     TEXT    NOT NULL,
  cause    TEXT    NOT NULL,
  trouble  TEXT    NOT NULL,
  failures INTEGER NOT NULL,
  last_run TEXT    NOT NULL,
  last_start INTEGER NOT NULL,
  PRIMARY KEY (item, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_day (
  tenant    INTEGER NOT NULL,
  ws        INTEGER NOT NULL,
  day       INTEGER NOT NULL,            -- days since 1970-01-01 UTC
  completed INTEGER NOT NULL,
  failed    INTEGER NOT NULL,
  took_ms   INTEGER NOT NULL,            -- of those that completed
  PRIMARY KEY (tenant, ws, day)
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_plan (
  id       TEXT PRIMARY KEY,  -- the request's that made it
  tenant   TEXT NOT NULL,
  name     TEXT NOT NULL,
  name_key TEXT NOT NULL,
  version  INTEGER NOT NULL CHECK (version > 0),
  made     INTEGER NOT NULL,
  changed  INTEGER NOT NULL,
  ended    INTEGER,           -- when it was deleted
  looked   INTEGER NOT NULL   -- moments of its schedule until here were dealt with
) STRICT;
CREATE TABLE refresh_plan_version (
  plan    TEXT NOT NULL REFERENCES refresh_plan (id),
  version INTEGER NOT NULL,
  yaml    TEXT NOT NULL,       -- empty: the version that deleted it
  request TEXT NOT NULL,       -- that was agreed to
  by_name TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (plan, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_run (
  id         TEXT PRIMARY KEY,
  plan       TEXT NOT NULL REFERENCES refresh_plan (id),
  version    INTEGER NOT NULL,
  tenant     TEXT NOT NULL,
  cause      TEXT NOT NULL CHECK (cause IN ('schedule', 'person', 'api', 'plan', 'resume')),
  cause_by   TEXT NOT NULL DEFAULT '',  -- a person's or a program's name, or the run before
  note       TEXT NOT NULL DEFAULT '',
  state      TEXT NOT NULL CHECK (state IN ('running', 'done', 'partial', 'failed', 'cancelled')),
  cancel     INTEGER,
  cancel_by  TEXT NOT NULL DEFAULT '',
  cancel_why TEXT NOT NULL DEFAULT '',
  waits      TEXT NOT NULL DEFAULT '',
  wake       INTEGER,
  started    INTEGER NOT NULL,
  finished   INTEGER,
  CHECK ((finished IS NOT NULL) = (state <> 'running'))
) STRICT;
CREATE TABLE plan_node (
  run       TEXT NOT NULL REFERENCES plan_run (id),
  name      TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('model', 'dataflow')),
  ws        TEXT NOT NULL,
  item      TEXT NOT NULL,
  capacity  TEXT NOT NULL DEFAULT '',
  phase     TEXT NOT NULL CHECK (phase IN ('waiting', 'starting', 'running', 'cancelling', 'checking', 'retrying', 'done', 'skipped', 'failed', 'lost')),
  tries     INTEGER NOT NULL DEFAULT 0,
  since     INTEGER,
  wake      INTEGER,
  answer    TEXT NOT NULL DEFAULT '' CHECK (answer IN ('', 'yes', 'no')),
  refreshed INTEGER NOT NULL DEFAULT 0 CHECK (refreshed IN (0, 1)),
  lingers   INTEGER NOT NULL DEFAULT 0 CHECK (lingers IN (0, 1)),
  reason    TEXT NOT NULL DEFAULT '',
  finished  INTEGER,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE plan_try (
  run        TEXT NOT NULL,
  name       TEXT NOT NULL,
  try        INTEGER NOT NULL,
  tenant     TEXT NOT NULL,
  item       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('intent', 'in_doubt', 'running', 'done', 'failed', 'cancelled', 'refused')),
  known      TEXT NOT NULL DEFAULT '',  -- the newest entry of the history before it was sent
  sent       TEXT NOT NULL,
  answered   TEXT NOT NULL DEFAULT '',
  status     INTEGER NOT NULL DEFAULT 0,
  request_id TEXT NOT NULL DEFAULT '',  -- Microsoft's, in lower case
  stopped    TEXT NOT NULL DEFAULT '',  -- what was sent to stop it, and answered
  looks      INTEGER NOT NULL DEFAULT 0,
  wake       INTEGER,
  intended   INTEGER NOT NULL,
  began      INTEGER,
  ended      INTEGER,
  error_code TEXT NOT NULL DEFAULT '',
  error_text TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run, name, try),
  FOREIGN KEY (run, name) REFERENCES plan_node (run, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_plan_place (
  plan TEXT    NOT NULL,
  ws   INTEGER NOT NULL,
  PRIMARY KEY (plan, ws)
) STRICT, WITHOUT ROWID;
CREATE TABLE api_token (
  hash    BLOB    PRIMARY KEY CHECK (length(hash) = 32),
  id      TEXT    NOT NULL UNIQUE CHECK (length(id) = 16), -- how pages and the ledger call it: the hash's beginning
  tid     TEXT    NOT NULL,            -- with oid the owner's key, as sessions have it
  oid     TEXT    NOT NULL CHECK (oid <> ''),
  name    TEXT    NOT NULL,            -- of the owner when it was made
  address TEXT    NOT NULL,
  purpose TEXT    NOT NULL CHECK (purpose <> ''),
  tenants TEXT    NOT NULL CHECK (json_valid(tenants)), -- array of names; empty for each that the owner may see
  grants  TEXT    NOT NULL CHECK (json_valid(grants)),  -- array of words: read, ask, scan
  made    INTEGER NOT NULL,
  ends    INTEGER NOT NULL,
  used    INTEGER,                     -- last use, kept to the minute
  used_ip TEXT    NOT NULL DEFAULT '',
  ended   INTEGER,                     -- revoked; null while it is good, or until its day has passed
  why     TEXT    NOT NULL DEFAULT '', -- who revoked it, or what ended it
  CHECK (ends > made)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_key (
  tid     TEXT NOT NULL,
  oid     TEXT NOT NULL,
  key     TEXT NOT NULL CHECK (key <> ''),
  request TEXT NOT NULL REFERENCES request(id),
  PRIMARY KEY (tid, oid, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE sending (
  id       INTEGER PRIMARY KEY,
  tenant   INTEGER NOT NULL REFERENCES tenant(id),
  name     TEXT    NOT NULL,              -- in the configuration
  slot     INTEGER NOT NULL,              -- the moment of the schedule
  report   TEXT    NOT NULL,
  rule     TEXT    NOT NULL DEFAULT '',   -- of a pack of evidence
  file     TEXT    NOT NULL,              -- its name
  bytes    INTEGER NOT NULL,
  sha256   TEXT    NOT NULL,
  as_of    INTEGER NOT NULL,              -- of what it tells
  channel  TEXT    NOT NULL CHECK (channel IN ('folder', 'mail')),
  place    TEXT    NOT NULL CHECK (place <> ''), -- the folder or the address
  at       INTEGER NOT NULL,              -- when it was made
  state    TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due      INTEGER NOT NULL,              -- the next attempt is not earlier
  ended    INTEGER,
  error    TEXT    NOT NULL DEFAULT '',   -- the sentence of the last attempt
  UNIQUE (tenant, name, slot, channel, place),
  CHECK ((state = 'waiting') = (ended IS NULL))
) STRICT;
CREATE INDEX scan_by_tenant ON scan (tenant, id);
CREATE UNIQUE INDEX scan_one_running ON scan (tenant) WHERE state = 'running';
CREATE INDEX workspace_by_ws       ON workspace (ws, from_scan);
CREATE INDEX workspace_by_name     ON workspace (tenant, name_key, ws);
CREATE INDEX workspace_by_items    ON workspace (tenant, items, ws);
CREATE INDEX workspace_by_admins   ON workspace (tenant, admins, ws);
CREATE INDEX workspace_by_capacity ON workspace (tenant, capacity, name_key);
CREATE INDEX workspace_by_domain   ON workspace (tenant, domain, name_key);
CREATE INDEX workspace_by_state    ON workspace (tenant, state, name_key);
CREATE INDEX workspace_by_from     ON workspace (tenant, from_scan);
CREATE INDEX workspace_by_to       ON workspace (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX item_by_item     ON item (item, from_scan);
CREATE INDEX item_by_ws       ON item (ws, kind, name_key);
CREATE INDEX item_by_name     ON item (tenant, name_key, item);
CREATE INDEX item_by_kind     ON item (tenant, kind, name_key);
CREATE INDEX item_by_from     ON item (tenant, from_scan);
CREATE INDEX item_by_to       ON item (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX grant_by_principal ON access_grant (principal, ws, object);
CREATE INDEX grant_by_to        ON access_grant (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX principal_by_principal ON principal (principal, from_scan);
CREATE INDEX principal_by_name      ON principal (tenant, name_key, principal);
CREATE INDEX principal_by_address   ON principal (tenant, address);
CREATE INDEX principal_by_kind      ON principal (tenant, kind, guest, name_key);
CREATE INDEX principal_by_to        ON principal (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX member_of ON group_member (member, grp);
CREATE INDEX edge_by_upstream   ON edge (upstream, downstream);
CREATE INDEX edge_by_downstream ON edge (downstream, upstream);
CREATE INDEX datasource_by_source ON datasource (source, from_scan);
CREATE INDEX datasource_by_type   ON datasource (tenant, type, location);
CREATE INDEX capacity_by_capacity ON capacity (capacity, from_scan);
CREATE INDEX capacity_by_name     ON capacity (tenant, name_key);
CREATE INDEX domain_by_domain ON domain (domain, from_scan);
CREATE INDEX domain_by_name   ON domain (tenant, name_key);
CREATE INDEX app_by_app  ON app (app, from_scan);
CREATE INDEX app_by_name ON app (tenant, name_key);
CREATE INDEX app_by_ws   ON app (ws);
CREATE INDEX pipeline_by_pipeline ON pipeline (pipeline, from_scan);
CREATE INDEX pipeline_by_name     ON pipeline (tenant, name_key);
CREATE INDEX stage_by_ws ON pipeline_stage (ws);
CREATE INDEX refreshable_by_item ON refreshable (item, from_scan);
CREATE INDEX refreshable_by_name ON refreshable (tenant, name_key);
CREATE INDEX refreshable_by_fail ON refreshable (tenant, failures);
CREATE INDEX setting_by_name ON setting (tenant, name, override_of, override_id, from_scan);
CREATE INDEX wide_link_by_item ON wide_link (item, link, from_scan);
CREATE INDEX wide_link_by_kind ON wide_link (tenant, link);
CREATE INDEX unused_by_item ON unused_item (item, from_scan);
CREATE INDEX unused_by_ws   ON unused_item (ws);
CREATE INDEX activity_by_at    ON activity (tenant, at);
CREATE INDEX activity_by_ws    ON activity (ws, at);
CREATE INDEX activity_by_item  ON activity (item, at);
CREATE INDEX activity_by_actor ON activity (tenant, actor, at);
CREATE INDEX activity_by_kind  ON activity (tenant, activity, at);
CREATE INDEX usage_by_item ON usage_day (item, day);
CREATE INDEX usage_by_ws   ON usage_day (ws, day);
CREATE VIEW v_scan AS
SELECT s.id, t.name AS tenant, s.kind, s.state, s.cause, s.asked_by,
  strftime('%Y-%m-%d %H:%M:%SZ', s.started / 1000, 'unixepoch')   AS started,
  strftime('%Y-%m-%d %H:%M:%SZ', s.finished / 1000, 'unixepoch')  AS finished,
  strftime('%Y-%m-%d %H:%M:%SZ', s.published / 1000, 'unixepoch') AS published,
  s.meant, s.seen, s.calls, s.error, s.note
FROM scan s JOIN tenant t ON t.id = s.tenant;
CREATE VIEW v_workspace AS
SELECT t.name AS tenant, i.guid AS workspace_id, w.name, w.kind, w.state, w.description,
  c.guid AS capacity_id, d.guid AS domain_id, w.items, w.grants, w.admins, w.guests,
  strftime('%Y-%m-%d %H:%M:%SZ', s.started / 1000, 'unixepoch') AS since
FROM tenant t
JOIN workspace w ON w.tenant = t.id AND w.from_scan <= t.published_scan AND (w.to_scan IS NULL OR w.to_scan > t.published_scan)
JOIN ident i ON i.id = w.ws
JOIN scan s ON s.id = w.from_scan
LEFT JOIN ident c ON c.id = w.capacity
LEFT JOIN ident d ON d.id = w.domain;
CREATE VIEW v_item AS
SELECT t.name AS tenant, w.guid AS workspace_id, i.guid AS item_id, m.kind, m.name, m.description, m.state,
  strftime('%Y-%m-%d %H:%M:%SZ', m.created / 1000, 'unixepoch')  AS created,
  strftime('%Y-%m-%d %H:%M:%SZ', m.modified / 1000, 'unixepoch') AS modified,
  m.created_by, m.modified_by, m.configured_by, m.endorsement, m.label, m.shares,
  m.app IS NOT NULL AND m.original IS NOT NULL AS app_copy
FROM tenant t
JOIN item m ON m.tenant = t.id AND m.from_scan <= t.published_scan AND (m.to_scan IS NULL OR m.to_scan > t.published_scan)
JOIN ident w ON w.id = m.ws
JOIN ident i ON i.id = m.item;
CREATE VIEW v_access AS
SELECT t.name AS tenant, w.guid AS workspace_id, CASE WHEN g.object = g.ws THEN NULL ELSE o.guid END AS item_id,
  p.guid AS principal_id, n.kind AS principal_kind, n.name AS principal, n.address, n.guest, g.role
FROM tenant t
JOIN access_grant g ON g.tenant = t.id AND g.from_scan <= t.published_scan AND (g.to_scan IS NULL OR g.to_scan > t.published_scan)
JOIN ident w ON w.id = g.ws
JOIN ident o ON o.id = g.object
JOIN ident p ON p.id = g.principal
LEFT JOIN principal n ON n.principal = g.principal
  AND n.from_scan <= t.published_scan AND (n.to_scan IS NULL OR n.to_scan > t.published_scan);
CREATE VIEW v_activity AS
SELECT t.name AS tenant, strftime('%Y-%m-%d %H:%M:%fZ', a.at / 1000.0, 'unixepoch') AS at,
  a.activity, a.actor, w.guid AS workspace_id, a.ws_name, i.guid AS item_id, a.item_kind, a.item_name, a.succeeded, a.via, a.event
FROM activity a JOIN tenant t ON t.id = a.tenant
LEFT JOIN ident w ON w.id = a.ws
LEFT JOIN ident i ON i.id = a.item;
CREATE INDEX item_by_change ON item (tenant, coalesce(modified, 0));
CREATE INDEX ledger_by_time   ON ledger (time, seq);
CREATE INDEX ledger_by_action ON ledger (action, seq);
CREATE INDEX ledger_by_actor  ON ledger (actor_id, seq);
CREATE INDEX ledger_by_object ON ledger (object_kind, object_id, seq);
CREATE INDEX ledger_by_tenant ON ledger (object_tenant, seq);
CREATE INDEX ledger_by_outcome ON ledger (outcome, seq);
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER ledger_only_next BEFORE INSERT ON ledger
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM ledger) BEGIN
  SELECT RAISE(ABORT, 'a ledger entry must be the next one');
END;
CREATE TRIGGER ledger_identity_sealed BEFORE UPDATE ON ledger_identity
WHEN NEW.one <> OLD.one OR NEW.database <> OLD.database OR NEW.created <> OLD.created OR NEW.epoch <> OLD.epoch + 1 BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its identity; the epoch goes up by one');
END;
CREATE TRIGGER ledger_identity_stays BEFORE DELETE ON ledger_identity BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its identity');
END;
CREATE TRIGGER ledger_identity_once BEFORE INSERT ON ledger_identity
WHEN EXISTS (SELECT 1 FROM ledger_identity) BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its identity');
END;
CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN
  SELECT RAISE(ABORT, 'checkpoints are append-only');
END;
CREATE TRIGGER ledger_checkpoint_only_next BEFORE INSERT ON ledger_checkpoint
WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE id >= NEW.id) BEGIN
  SELECT RAISE(ABORT, 'a checkpoint must be the next one');
END;
CREATE INDEX session_by_person ON session (tenant, person, seen);
CREATE INDEX session_by_seen   ON session (seen);
CREATE INDEX principal_by_from ON principal (tenant, from_scan);
CREATE INDEX member_by_from    ON group_member (tenant, from_scan);
CREATE INDEX member_by_to      ON group_member (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX wide_link_by_from ON wide_link (tenant, from_scan);
CREATE INDEX wide_link_by_to   ON wide_link (tenant, to_scan) WHERE to_scan IS NOT NULL;
CREATE INDEX rule_version_by_rule ON rule_version (rule, since);
CREATE INDEX rule_decision_by_rule ON rule_decision (rule, id);
CREATE INDEX evaluation_by_tenant ON evaluation (tenant, id);
CREATE INDEX violation_by_ws       ON violation (ws, state);
CREATE INDEX violation_by_state    ON violation (tenant, in_force, state, severity, id);
CREATE INDEX violation_by_rule     ON violation (tenant, rule, state, id);
CREATE INDEX violation_by_seen     ON violation (tenant, first_seen, id);
CREATE INDEX violation_by_resolved ON violation (tenant, resolved) WHERE resolved IS NOT NULL;
CREATE INDEX violation_by_owner    ON violation (tenant, owner, state) WHERE owner IS NOT NULL;
CREATE INDEX violation_by_assignee ON violation (tenant, assignee, state) WHERE assignee <> '';
CREATE INDEX violation_by_object   ON violation (object, state);
CREATE INDEX violation_event_by_violation ON violation_event (violation, id);
CREATE INDEX violation_comment_by_violation ON violation_comment (violation, id);
CREATE INDEX waiver_by_violation ON waiver (violation, id);
CREATE INDEX waiver_by_end       ON waiver (state, ends);
CREATE UNIQUE INDEX waiver_one_asked    ON waiver (violation) WHERE state = 'asked';
CREATE UNIQUE INDEX waiver_one_approved ON waiver (violation) WHERE state = 'approved';
CREATE TRIGGER violation_moves BEFORE UPDATE OF state ON violation WHEN OLD.state <> NEW.state
BEGIN
  SELECT RAISE(ABORT, 'a violation cannot move so') WHERE NOT (
    (OLD.state = 'open'           AND NEW.state IN ('in_progress','false_positive','waived','resolved')) OR
    (OLD.state = 'in_progress'    AND NEW.state IN ('open','false_positive','waived','resolved')) OR
    (OLD.state = 'false_positive' AND NEW.state IN ('open','resolved')) OR
    (OLD.state = 'waived'         AND NEW.state IN ('open','resolved')) OR
    (OLD.state = 'resolved'       AND NEW.state IN ('open','waived')));
  SELECT RAISE(ABORT, 'only a scan resolves or reopens a violation')
    WHERE 'resolved' IN (OLD.state, NEW.state) AND NEW.moved_scan IS NULL;
  SELECT RAISE(ABORT, 'a waived violation needs a waiver in force')
    WHERE NEW.state = 'waived' AND NOT EXISTS (SELECT 1 FROM waiver WHERE violation = NEW.id AND state = 'approved');
END;
CREATE TRIGGER violation_begins_open BEFORE INSERT ON violation WHEN NEW.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'a violation begins open'); END;
CREATE TRIGGER violation_stays BEFORE DELETE ON violation
BEGIN SELECT RAISE(ABORT, 'violations are kept'); END;
CREATE TRIGGER violation_event_stays BEFORE DELETE ON violation_event
BEGIN SELECT RAISE(ABORT, 'the time line of a violation is kept'); END;
CREATE TRIGGER violation_event_is_fixed BEFORE UPDATE ON violation_event
BEGIN SELECT RAISE(ABORT, 'the time line of a violation is not rewritten'); END;
CREATE TRIGGER rule_decision_is_fixed BEFORE UPDATE ON rule_decision
BEGIN SELECT RAISE(ABORT, 'a decision is not rewritten'); END;
CREATE TRIGGER waiver_begins_asked BEFORE INSERT ON waiver WHEN NEW.state <> 'asked'
BEGIN SELECT RAISE(ABORT, 'a waiver begins asked'); END;
CREATE TRIGGER waiver_moves BEFORE UPDATE ON waiver
BEGIN
  SELECT RAISE(ABORT, 'a waiver cannot move so') WHERE OLD.state <> NEW.state AND NOT (
    (OLD.state = 'asked'    AND NEW.state IN ('approved','rejected','withdrawn')) OR
    (OLD.state = 'approved' AND NEW.state IN ('ended','withdrawn','renewed','closed')) OR
    (OLD.state = 'ended'    AND NEW.state IN ('renewed','closed','withdrawn')));
  SELECT RAISE(ABORT, 'what was asked for is not changed afterwards')
    WHERE OLD.violation <> NEW.violation OR OLD.owner <> NEW.owner OR OLD.reason <> NEW.reason OR OLD.ends <> NEW.ends
       OR OLD.asked_by <> NEW.asked_by OR OLD.asked_at <> NEW.asked_at;
END;
CREATE INDEX refreshable_by_ws  ON refreshable (ws);
CREATE VIEW violation_view AS
  SELECT v.id, t.name AS tenant, v.rule, v.kind, v.label, v.severity, v.state, v.says, v.evidence,
         i.guid AS object_id, wi.guid AS workspace_id,
         strftime('%Y-%m-%dT%H:%M:%SZ', v.first_seen / 1000, 'unixepoch') AS first_seen,
         strftime('%Y-%m-%dT%H:%M:%SZ', v.resolved / 1000, 'unixepoch') AS resolved,
         v.reopened, v.in_force
  FROM violation v JOIN tenant t ON t.id = v.tenant
  LEFT JOIN ident i ON i.id = v.object LEFT JOIN ident wi ON wi.id = v.ws;
CREATE INDEX violation_by_rank ON violation (tenant, (CASE severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END), first_seen, id);
CREATE INDEX waiver_by_asked   ON waiver (asked_at, id);
CREATE INDEX ownership_answer_by_ws ON ownership_answer (ws, id);
CREATE INDEX control_evidence_by_control ON control_evidence (tenant, baseline, control, id);
CREATE TRIGGER ownership_answer_is_fixed BEFORE UPDATE ON ownership_answer
BEGIN SELECT RAISE(ABORT, 'an answer is not rewritten'); END;
CREATE TRIGGER control_evidence_is_fixed BEFORE UPDATE ON control_evidence
BEGIN SELECT RAISE(ABORT, 'evidence is not rewritten'); END;
CREATE INDEX request_by_tenant    ON request (tenant, state, changed);
CREATE INDEX request_by_state     ON request (state, expires);
CREATE INDEX request_by_requester ON request (requester_tid, requester_oid, changed);
CREATE INDEX approval_by_person ON approval (tid, oid, at);
CREATE INDEX request_event_by_request ON request_event (request, id);
CREATE INDEX delegation_by_to ON delegation (to_tid, to_oid, ends);
CREATE INDEX request_later_by_due ON request_later (state, due);
CREATE TRIGGER request_begins_draft BEFORE INSERT ON request
BEGIN
  SELECT RAISE(ABORT, 'a request begins as a draft') WHERE NEW.state <> 'draft' OR NEW.revision <> 0;
  SELECT RAISE(ABORT, 'this request is there already') WHERE EXISTS (SELECT 1 FROM request WHERE id = NEW.id);
END;
CREATE TRIGGER request_moves BEFORE UPDATE ON request
BEGIN
  SELECT RAISE(ABORT, 'a request keeps its id, tenant, kind and requester') WHERE OLD.id <> NEW.id OR OLD.tenant <> NEW.tenant
    OR OLD.kind <> NEW.kind OR OLD.requester_tid <> NEW.requester_tid OR OLD.requester_oid <> NEW.requester_oid OR OLD.created <> NEW.created;
  SELECT RAISE(ABORT, 'every change counts the version up') WHERE NEW.version <> OLD.version + 1;
  SELECT RAISE(ABORT, 'a request cannot move so') WHERE OLD.state <> NEW.state AND NOT (
    (OLD.state = 'draft'    AND NEW.state IN ('pending','withdrawn')) OR
    (OLD.state = 'pending'  AND NEW.state IN ('approved','rejected','withdrawn','expired','draft')) OR
    (OLD.state = 'approved' AND NEW.state IN ('running','draft','withdrawn','expired')) OR
    (OLD.state = 'running'  AND NEW.state IN ('done','failed','cancelled')));
  SELECT RAISE(ABORT, 'what was submitted is not changed') WHERE OLD.state <> 'draft' AND (OLD.revision <> NEW.revision OR OLD.params <> NEW.params
    OR OLD.reason <> NEW.reason OR OLD.editor_tid <> NEW.editor_tid OR OLD.editor_oid <> NEW.editor_oid);
  SELECT RAISE(ABORT, 'plan and approval rule are frozen') WHERE OLD.state <> 'draft' AND NEW.state <> 'draft' AND (OLD.plan_hash IS NOT NEW.plan_hash
    OR OLD.need IS NOT NEW.need OR OLD.rule <> NEW.rule OR OLD.risk <> NEW.risk OR OLD.rules_hash <> NEW.rules_hash OR OLD.not_before IS NOT NEW.not_before OR NEW.expires > OLD.expires
    OR (OLD.window_ends IS NOT NULL AND NEW.window_ends > OLD.window_ends));
  SELECT RAISE(ABORT, 'a submission has a plan of its own') WHERE NEW.state = 'pending' AND OLD.state = 'draft' AND (NEW.revision <> OLD.revision + 1
    OR NOT EXISTS (SELECT 1 FROM request_plan p WHERE p.hash = NEW.plan_hash AND p.request = NEW.id AND p.revision = NEW.revision));
  SELECT RAISE(ABORT, 'a submission says who must agree') WHERE NEW.state = 'pending' AND OLD.state = 'draft' AND (
    NEW.need <> (SELECT coalesce(sum(count), 0) FROM request_stage WHERE plan_hash = NEW.plan_hash)
    OR NEW.need < CASE NEW.risk WHEN 'none' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END OR NEW.expires > NEW.submitted + 259200000
    OR NEW.not_before > NEW.submitted + 259200000);
  SELECT RAISE(ABORT, 'requester and editor are parties') WHERE NEW.state = 'pending' AND OLD.state = 'draft' AND (
    NOT EXISTS (SELECT 1 FROM request_party WHERE plan_hash = NEW.plan_hash AND tid = NEW.requester_tid AND oid = NEW.requester_oid) OR
    NOT EXISTS (SELECT 1 FROM request_party WHERE plan_hash = NEW.plan_hash AND tid = NEW.editor_tid AND oid = NEW.editor_oid));
  SELECT RAISE(ABORT, 'the approvals that are needed are not there') WHERE NEW.state IN ('approved','running') AND OLD.state <> NEW.state
    AND NOT EXISTS (SELECT 1 FROM request_agreed WHERE id = NEW.id AND plan_hash = NEW.plan_hash AND agreed);
  SELECT RAISE(ABORT, 'the time to start is at most 24 hours') WHERE NEW.state = 'approved' AND OLD.state = 'pending' AND NEW.window_ends > max(NEW.decided, coalesce(NEW.not_before, 0)) + 86400000;
  SELECT RAISE(ABORT, 'the time to start is over') WHERE NEW.state = 'running' AND OLD.state = 'approved' AND NEW.changed >= OLD.window_ends;
END;
CREATE TRIGGER request_stays BEFORE DELETE ON request
BEGIN SELECT RAISE(ABORT, 'requests are kept'); END;
CREATE TRIGGER request_plan_is_new BEFORE INSERT ON request_plan
BEGIN
  SELECT RAISE(ABORT, 'this plan is there already') WHERE EXISTS (SELECT 1 FROM request_plan WHERE hash = NEW.hash OR (request = NEW.request AND revision = NEW.revision));
  SELECT RAISE(ABORT, 'a plan is made for a draft') WHERE NOT EXISTS (SELECT 1 FROM request WHERE id = NEW.request AND state = 'draft' AND revision + 1 = NEW.revision);
END;
CREATE TRIGGER request_plan_is_fixed BEFORE UPDATE ON request_plan
BEGIN SELECT RAISE(ABORT, 'a plan is not rewritten'); END;
CREATE TRIGGER request_plan_stays BEFORE DELETE ON request_plan
BEGIN SELECT RAISE(ABORT, 'plans are kept'); END;
CREATE TRIGGER request_stage_is_new BEFORE INSERT ON request_stage
BEGIN
  SELECT RAISE(ABORT, 'this stage is there already') WHERE EXISTS (SELECT 1 FROM request_stage WHERE plan_hash = NEW.plan_hash AND ord = NEW.ord);
  SELECT RAISE(ABORT, 'stages are set when a draft is submitted') WHERE NOT EXISTS (SELECT 1 FROM request_plan p JOIN request r ON r.id = p.request
    WHERE p.hash = NEW.plan_hash AND r.state = 'draft' AND r.revision + 1 = p.revision);
END;
CREATE TRIGGER request_stage_is_fixed BEFORE UPDATE ON request_stage
BEGIN SELECT RAISE(ABORT, 'who must agree is frozen'); END;
CREATE TRIGGER request_stage_stays BEFORE DELETE ON request_stage
BEGIN SELECT RAISE(ABORT, 'who must agree is frozen'); END;
CREATE TRIGGER request_party_is_new BEFORE INSERT ON request_party
WHEN EXISTS (SELECT 1 FROM request_party WHERE plan_hash = NEW.plan_hash AND tid = NEW.tid AND oid = NEW.oid AND why = NEW.why)
BEGIN SELECT RAISE(ABORT, 'this party is there already'); END;
CREATE TRIGGER request_party_is_fixed BEFORE UPDATE ON request_party
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
CREATE TRIGGER request_party_stays BEFORE DELETE ON request_party
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
CREATE TRIGGER request_alias_is_fixed BEFORE UPDATE ON request_alias
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
CREATE TRIGGER request_alias_stays BEFORE DELETE ON request_alias
BEGIN SELECT RAISE(ABORT, 'a party stays a party'); END;
CREATE TRIGGER approval_is_fit BEFORE INSERT ON approval
BEGIN
  SELECT RAISE(ABORT, 'this person has decided already') WHERE EXISTS (SELECT 1 FROM approval a WHERE a.request = NEW.request AND a.plan_hash = NEW.plan_hash
    AND ((a.tid = NEW.tid AND a.oid = NEW.oid) OR (a.for_tid = NEW.tid AND a.for_oid = NEW.oid)
      OR (NEW.for_oid <> '' AND ((a.tid = NEW.for_tid AND a.oid = NEW.for_oid) OR (a.for_tid = NEW.for_tid AND a.for_oid = NEW.for_oid)))));
  SELECT RAISE(ABORT, 'only what is pending is decided, on the plan that is pending, in time') WHERE NOT EXISTS (
    SELECT 1 FROM request WHERE id = NEW.request AND state = 'pending' AND plan_hash = NEW.plan_hash AND NEW.at < expires);
  SELECT RAISE(ABORT, 'a party does not decide') WHERE EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = NEW.plan_hash
    AND ((p.tid = NEW.tid AND p.oid = NEW.oid) OR (NEW.for_oid <> '' AND p.tid = NEW.for_tid AND p.oid = NEW.for_oid)));
  SELECT RAISE(ABORT, 'a party does not decide') WHERE NEW.address <> '' AND EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = NEW.plan_hash AND l.address = NEW.address);
  SELECT RAISE(ABORT, 'the stages are decided in order') WHERE NEW.stage <> coalesce((SELECT min(s.ord) FROM request_stage s WHERE s.plan_hash = NEW.plan_hash
    AND s.count > (SELECT count(*) FROM approval a WHERE a.request = NEW.request AND a.plan_hash = NEW.plan_hash AND a.approves = 1 AND a.stage = s.ord)), 0);
END;
CREATE TRIGGER approval_is_fixed BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'a decision is not rewritten'); END;
CREATE TRIGGER approval_stays BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'decisions are kept'); END;
CREATE TRIGGER request_event_is_fixed BEFORE UPDATE ON request_event
BEGIN SELECT RAISE(ABORT, 'what happened is not rewritten'); END;
CREATE TRIGGER request_event_stays BEFORE DELETE ON request_event
BEGIN SELECT RAISE(ABORT, 'what happened is kept'); END;
CREATE VIEW request_view AS
  SELECT r.id, t.name AS tenant, r.kind, r.title, r.state, r.risk, r.need, r.rule, r.requester_name AS requester,
         (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1) AS approvals,
         strftime('%Y-%m-%dT%H:%M:%SZ', r.created / 1000, 'unixepoch') AS created,
         strftime('%Y-%m-%dT%H:%M:%SZ', r.submitted / 1000, 'unixepoch') AS submitted,
         strftime('%Y-%m-%dT%H:%M:%SZ', r.decided / 1000, 'unixepoch') AS decided, r.note
  FROM request r JOIN tenant t ON t.id = r.tenant;
CREATE INDEX item_by_owner ON item (tenant, configured_by) WHERE configured_by <> '';
CREATE INDEX run_by_state ON run (state, wake);
CREATE INDEX run_by_request ON run (request);
CREATE TRIGGER run_sealed BEFORE UPDATE ON run
WHEN NEW.id <> OLD.id OR NEW.plan <> OLD.plan OR NEW.plan_hash <> OLD.plan_hash OR NEW.tenant <> OLD.tenant
  OR (OLD.state <> 'running' AND NEW.state <> OLD.state) BEGIN
  SELECT RAISE(ABORT, 'a run keeps its plan, and its end');
END;
CREATE TRIGGER run_kept BEFORE DELETE ON run BEGIN
  SELECT RAISE(ABORT, 'runs are kept');
END;
CREATE INDEX target_lock_by_run ON target_lock (run) WHERE run IS NOT NULL;
CREATE TRIGGER target_lock_forward BEFORE UPDATE ON target_lock
WHEN NEW.fence < OLD.fence OR (OLD.run IS NOT NULL AND NEW.run IS NOT NULL AND NEW.run <> OLD.run) BEGIN
  SELECT RAISE(ABORT, 'a lock is given back before another takes it, and its fence only rises');
END;
CREATE UNIQUE INDEX run_step_by_seq ON run_step (run, seq);
CREATE INDEX run_step_open ON run_step (state) WHERE state IN ('intent', 'settling', 'in_doubt');
CREATE TRIGGER run_step_moves BEFORE UPDATE OF state ON run_step
WHEN OLD.state <> NEW.state AND NOT (
     (OLD.state = 'ready'    AND NEW.state IN ('intent', 'skipped', 'failed'))
  OR (OLD.state = 'intent'   AND NEW.state IN ('done', 'failed', 'skipped', 'in_doubt', 'settling', 'ready'))
  OR (OLD.state = 'settling' AND NEW.state IN ('done', 'failed', 'in_doubt'))
  OR (OLD.state = 'in_doubt' AND NEW.state IN ('done', 'failed', 'settling', 'ready'))
  OR (OLD.state = 'done'     AND NEW.state = 'undone')) BEGIN
  SELECT RAISE(ABORT, 'no such move of a step');
END;
CREATE TRIGGER run_step_fenced BEFORE UPDATE OF state ON run_step
WHEN OLD.state <> NEW.state AND (NEW.state = 'intent' OR OLD.state IN ('intent', 'settling', 'in_doubt'))
 AND NOT EXISTS (SELECT 1 FROM target_lock l JOIN run r ON r.id = NEW.run
      WHERE l.tenant = r.tenant AND l.key = NEW.lock AND l.run = NEW.run AND l.fence = NEW.fence) BEGIN
  SELECT RAISE(ABORT, 'another worker holds the target');
END;
CREATE TRIGGER run_step_kept BEFORE DELETE ON run_step BEGIN
  SELECT RAISE(ABORT, 'steps are kept');
END;
CREATE INDEX workspace_by_kind ON workspace (tenant, kind, name_key);
CREATE INDEX ended_session_by_seen ON ended_session (seen);
CREATE TRIGGER session_ends AFTER DELETE ON session BEGIN
  INSERT INTO ended_session (hash, tenant, person, seen) VALUES (OLD.hash, OLD.tenant, OLD.person, OLD.seen)
    ON CONFLICT (hash) DO NOTHING;
END;
CREATE TRIGGER ledger_base_moves BEFORE UPDATE ON ledger_base
WHEN NEW.one <> 1 OR NEW.seq <= OLD.seq
  OR NEW.hash IS NOT (SELECT hash FROM ledger WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM ledger_checkpoint WHERE seq = NEW.seq)
  OR NOT EXISTS (SELECT 1 FROM ledger WHERE seq = (SELECT max(seq) FROM ledger) AND action = 'ledger.archive'
       AND CAST(body ->> '$.details.sequence' AS INTEGER) = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'the ledger is shortened by whole signed segments, recorded, and only forwards');
END;
CREATE TRIGGER ledger_base_stays BEFORE DELETE ON ledger_base BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its beginning');
END;
CREATE TRIGGER ledger_base_once BEFORE INSERT ON ledger_base
WHEN EXISTS (SELECT 1 FROM ledger_base) BEGIN
  SELECT RAISE(ABORT, 'the ledger keeps its beginning');
END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger
WHEN OLD.seq > (SELECT seq FROM ledger_base) BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only');
END;
CREATE UNIQUE INDEX owner_question_one_open ON owner_question (tenant, ws) WHERE closed IS NULL;
CREATE INDEX owner_question_by_ws    ON owner_question (ws, id);
CREATE INDEX owner_question_by_asked ON owner_question (tenant, asked, id);
CREATE INDEX outbox_by_at        ON outbox (tenant, at, id);
CREATE INDEX outbox_by_recipient ON outbox (tenant, recipient, at);
CREATE INDEX outbox_unsent       ON outbox (id) WHERE sent IS NULL;
CREATE INDEX outbox_by_question  ON outbox (question) WHERE question IS NOT NULL;
CREATE INDEX outbox_by_waiver    ON outbox (waiver) WHERE waiver IS NOT NULL;
CREATE TRIGGER outbox_is_fixed BEFORE UPDATE ON outbox
BEGIN
  SELECT RAISE(ABORT, 'what was to be told is not rewritten')
    WHERE OLD.sent IS NOT NULL OR OLD.what <> NEW.what OR OLD.recipient <> NEW.recipient OR OLD.why <> NEW.why OR OLD.link <> NEW.link OR OLD.at <> NEW.at;
END;
CREATE TRIGGER owner_question_ends_once BEFORE UPDATE ON owner_question WHEN OLD.closed IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a question that is over is not rewritten'); END;
CREATE INDEX request_by_change  ON request (tenant, changed, id);
CREATE INDEX request_by_created ON request (tenant, created, id);
CREATE INDEX notice_by_request ON notice (request, id);
CREATE INDEX notice_waiting    ON notice (id) WHERE sent IS NULL;
CREATE TRIGGER notice_is_fixed BEFORE UPDATE ON notice
WHEN OLD.sent IS NOT NULL OR NEW.sent IS NULL OR NEW.id <> OLD.id OR NEW.request <> OLD.request OR NEW.at <> OLD.at OR NEW.what <> OLD.what
  OR NEW.tid <> OLD.tid OR NEW.oid <> OLD.oid OR NEW.address <> OLD.address OR NEW.why <> OLD.why OR NEW.says <> OLD.says
BEGIN SELECT RAISE(ABORT, 'what somebody was to be told is not rewritten'); END;
CREATE TRIGGER notice_stays BEFORE DELETE ON notice
BEGIN SELECT RAISE(ABORT, 'notices are kept'); END;
CREATE INDEX run_by_tenant ON run (tenant, started, id);
CREATE INDEX provisioned_by_run ON provisioned (run);
CREATE INDEX delivery_waiting ON delivery (channel, place, digest, id) WHERE state = 'waiting';
CREATE INDEX delivery_by_at   ON delivery (tenant, at, id);
CREATE INDEX delivery_given_up ON delivery (id) WHERE state = 'given up';
CREATE TRIGGER delivery_is_fixed BEFORE UPDATE ON delivery
WHEN NEW.source <> OLD.source OR NEW.source_id <> OLD.source_id OR NEW.channel <> OLD.channel OR NEW.place <> OLD.place
  OR NEW.says <> OLD.says OR NEW.why <> OLD.why OR NEW.link <> OLD.link OR (OLD.state IN ('sent', 'not wanted') AND NEW.state <> OLD.state)
BEGIN SELECT RAISE(ABORT, 'what was sent to somebody is not rewritten'); END;
CREATE TRIGGER delivery_stays BEFORE DELETE ON delivery
BEGIN SELECT RAISE(ABORT, 'deliveries are kept'); END;
CREATE INDEX mail_wish_by_address ON mail_wish (address);
CREATE INDEX emergency_by_holder  ON emergency (tid, oid, ends);
CREATE INDEX emergency_by_start   ON emergency (tenant, starts, request);
CREATE INDEX emergency_unreviewed ON emergency (ends) WHERE reviewed IS NULL;
CREATE INDEX emergency_use_by_access ON emergency_use (emergency, at);
CREATE TRIGGER emergency_is_agreed BEFORE INSERT ON emergency
BEGIN
  SELECT RAISE(ABORT, 'this emergency access is there already') WHERE EXISTS (SELECT 1 FROM emergency WHERE request = NEW.request);
  SELECT RAISE(ABORT, 'an emergency access was asked for by its holder and agreed to by somebody else') WHERE NOT EXISTS (
    SELECT 1 FROM request r JOIN request_agreed a ON a.id = r.id WHERE r.id = NEW.request AND r.kind = 'emergency' AND r.state = 'running'
      AND r.tenant = NEW.tenant AND r.requester_tid = NEW.tid AND r.requester_oid = NEW.oid AND a.agreed AND r.need >= 1);
  SELECT RAISE(ABORT, 'an emergency access is reviewed before the next') WHERE EXISTS (
    SELECT 1 FROM emergency e WHERE e.tid = NEW.tid AND e.oid = NEW.oid AND e.reviewed IS NULL);
  SELECT RAISE(ABORT, 'an emergency access begins when it is agreed to') WHERE NEW.ended IS NOT NULL OR NEW.reviewed IS NOT NULL
    OR NEW.starts <> (SELECT decided FROM request WHERE id = NEW.request);
END;
CREATE TRIGGER emergency_is_fixed BEFORE UPDATE ON emergency
BEGIN
  SELECT RAISE(ABORT, 'an emergency access is not rewritten') WHERE OLD.request <> NEW.request OR OLD.tenant <> NEW.tenant OR OLD.tid <> NEW.tid OR OLD.oid <> NEW.oid
    OR OLD.prefix <> NEW.prefix OR OLD.prefix_key <> NEW.prefix_key OR OLD.starts <> NEW.starts OR OLD.ends <> NEW.ends OR (OLD.ended IS NOT NULL AND OLD.ended IS NOT NEW.ended)
    OR (OLD.reviewed IS NOT NULL AND (OLD.reviewed IS NOT NEW.reviewed OR OLD.verdict <> NEW.verdict OR OLD.review <> NEW.review OR OLD.reviewer_oid <> NEW.reviewer_oid));
  SELECT RAISE(ABORT, 'whoever held the emergency access does not review it') WHERE NEW.reviewed IS NOT NULL AND NEW.reviewer_tid = OLD.tid AND NEW.reviewer_oid = OLD.oid;
  SELECT RAISE(ABORT, 'an emergency access is reviewed when it is over') WHERE OLD.reviewed IS NULL AND NEW.reviewed IS NOT NULL AND NEW.reviewed < coalesce(NEW.ended, NEW.ends);
END;
CREATE TRIGGER emergency_stays BEFORE DELETE ON emergency
BEGIN SELECT RAISE(ABORT, 'emergency accesses are kept'); END;
CREATE TRIGGER emergency_use_is_fit BEFORE INSERT ON emergency_use
BEGIN
  SELECT RAISE(ABORT, 'this use is there already') WHERE EXISTS (SELECT 1 FROM emergency_use WHERE request = NEW.request AND plan_hash = NEW.plan_hash);
  SELECT RAISE(ABORT, 'an emergency access is used on what waits, on its plan, in time') WHERE NOT EXISTS (
    SELECT 1 FROM request WHERE id = NEW.request AND state = 'pending' AND plan_hash = NEW.plan_hash AND NEW.at < expires);
  SELECT RAISE(ABORT, 'an emergency access is no way to change the rules of the house') WHERE EXISTS (
    SELECT 1 FROM request WHERE id = NEW.request AND kind IN ('emergency', 'waiver', 'rule-change', 'mapping'));
  SELECT RAISE(ABORT, 'an emergency access is used by its holder, on their own request, while it lasts') WHERE NOT EXISTS (
    SELECT 1 FROM emergency e JOIN request r ON r.id = NEW.request AND r.tenant = e.tenant WHERE e.request = NEW.emergency
      AND e.tid = r.requester_tid AND e.oid = r.requester_oid AND e.tid = r.editor_tid AND e.oid = r.editor_oid
      AND e.ended IS NULL AND e.starts <= NEW.at AND NEW.at < e.ends);
  SELECT RAISE(ABORT, 'this plan lies outside the emergency access') WHERE EXISTS (
    SELECT 1 FROM emergency e WHERE e.request = NEW.emergency AND e.prefix_key <> '' AND (
      NOT EXISTS (SELECT 1 FROM request_place p WHERE p.request = NEW.request)
      OR EXISTS (SELECT 1 FROM request_place p WHERE p.request = NEW.request AND substr(p.name_key, 1, length(e.prefix_key)) <> e.prefix_key)));
  SELECT RAISE(ABORT, 'who agreed to the emergency access gains by this') WHERE EXISTS (
    SELECT 1 FROM request e JOIN approval a ON a.request = e.id AND a.plan_hash = e.plan_hash AND a.approves = 1 WHERE e.id = NEW.emergency AND (
      EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = NEW.plan_hash AND ((p.tid = a.tid AND p.oid = a.oid) OR (a.for_oid <> '' AND p.tid = a.for_tid AND p.oid = a.for_oid)))
      OR (a.address <> '' AND EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = NEW.plan_hash AND l.address = a.address))));
END;
CREATE TRIGGER emergency_use_is_fixed BEFORE UPDATE ON emergency_use
BEGIN SELECT RAISE(ABORT, 'a use of the emergency access is not rewritten'); END;
CREATE TRIGGER emergency_use_stays BEFORE DELETE ON emergency_use
BEGIN SELECT RAISE(ABORT, 'uses of the emergency access are kept'); END;
CREATE TRIGGER approval_not_by_holder BEFORE INSERT ON approval
WHEN EXISTS (SELECT 1 FROM emergency e WHERE e.ended IS NULL AND e.starts <= NEW.at AND NEW.at < e.ends
  AND ((e.tid = NEW.tid AND e.oid = NEW.oid) OR (NEW.for_oid <> '' AND e.tid = NEW.for_tid AND e.oid = NEW.for_oid)))
BEGIN SELECT RAISE(ABORT, 'who holds the emergency access does not decide'); END;
CREATE VIEW request_agreed AS
  SELECT r.id, r.plan_hash,
    NOT EXISTS (SELECT 1 FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 0)
    AND (EXISTS (SELECT 1 FROM emergency_use u WHERE u.request = r.id AND u.plan_hash = r.plan_hash)
      OR NOT EXISTS (SELECT 1 FROM request_stage s WHERE s.plan_hash = r.plan_hash AND s.count > (
        SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1 AND a.stage = s.ord
          AND NOT EXISTS (SELECT 1 FROM request_party p WHERE p.plan_hash = r.plan_hash
            AND ((p.tid = a.tid AND p.oid = a.oid) OR (a.for_oid <> '' AND p.tid = a.for_tid AND p.oid = a.for_oid)))
          AND NOT EXISTS (SELECT 1 FROM request_alias l WHERE l.plan_hash = r.plan_hash AND l.address = a.address)))
      AND r.need <= (SELECT count(*) FROM approval a WHERE a.request = r.id AND a.plan_hash = r.plan_hash AND a.approves = 1)
      AND r.need = (SELECT coalesce(sum(s.count), 0) FROM request_stage s WHERE s.plan_hash = r.plan_hash)) AS agreed
  FROM request r;
CREATE INDEX request_because_by_violation ON request_because (violation, request);
CREATE INDEX pipeline_item_by_item ON pipeline_item (item);
CREATE INDEX deployment_by_time  ON deployment (pipeline, started);
CREATE INDEX deployment_by_start ON deployment (tenant, started, pipeline, operation);
CREATE INDEX deployment_step_by_source ON deployment_step (source);
CREATE INDEX deployment_step_by_target ON deployment_step (target);
CREATE INDEX pipeline_reading_by_age ON pipeline_reading (tenant, read_at);
CREATE VIEW v_deployment AS
SELECT t.name AS tenant, i.guid AS pipeline, d.operation, d.status, datetime(d.started / 1000, 'unixepoch') AS started,
  datetime(d.ended / 1000, 'unixepoch') AS ended, d.source_ord, d.target_ord, d.note, d.performer, d.created, d.changed, d.equal, d.failed
FROM deployment d JOIN ident i ON i.id = d.pipeline JOIN tenant t ON t.id = d.tenant;
CREATE INDEX run_step_by_marker ON run_step (marker) WHERE marker <> '';
CREATE INDEX mapping_set_by_target   ON mapping_set (target);
CREATE INDEX mapping_set_by_source   ON mapping_set (source);
CREATE INDEX mapping_set_by_pipeline ON mapping_set (pipeline) WHERE pipeline IS NOT NULL;
CREATE TRIGGER mapping_version_is_fixed BEFORE UPDATE ON mapping_version
BEGIN SELECT RAISE(ABORT, 'a version of a mapping is not rewritten'); END;
CREATE TRIGGER mapping_version_is_kept BEFORE DELETE ON mapping_version
BEGIN SELECT RAISE(ABORT, 'a version of a mapping is not deleted'); END;
CREATE INDEX upload_by_sum ON upload (tenant, sum);
CREATE INDEX refresh_reading_due ON refresh_reading (tenant, due);
CREATE VIEW v_refresh AS
SELECT t.name AS tenant, i.guid AS item, r.run, datetime(r.started / 1000, 'unixepoch') AS started,
  datetime(r.ended / 1000, 'unixepoch') AS ended, r.status, r.kind, r.error_code, r.error_text, r.attempts, r.source
FROM refresh_run r JOIN ident i ON i.id = r.item JOIN tenant t ON t.id = i.tenant;
CREATE INDEX refresh_health_by_rank    ON refresh_health (tenant, rank, item);
CREATE INDEX refresh_health_by_failed  ON refresh_health (tenant, failed, item);
CREATE INDEX refresh_health_stale      ON refresh_health (tenant, assessed);
CREATE INDEX refresh_health_by_name ON refresh_health (tenant, name_key, item);
CREATE INDEX refresh_health_by_ws   ON refresh_health (ws, item);
CREATE UNIQUE INDEX refresh_plan_by_name ON refresh_plan (tenant, name_key) WHERE ended IS NULL;
CREATE INDEX refresh_plan_by_tenant ON refresh_plan (tenant, ended, name_key, id);
CREATE TRIGGER refresh_plan_version_kept BEFORE UPDATE ON refresh_plan_version BEGIN
  SELECT RAISE(ABORT, 'versions of a plan are kept as they were agreed to');
END;
CREATE TRIGGER refresh_plan_version_stays BEFORE DELETE ON refresh_plan_version BEGIN
  SELECT RAISE(ABORT, 'versions of a plan are kept as they were agreed to');
END;
CREATE UNIQUE INDEX plan_run_one ON plan_run (plan) WHERE state = 'running';
CREATE INDEX plan_run_by_plan ON plan_run (plan, started DESC, id);
CREATE INDEX plan_run_by_tenant ON plan_run (tenant, started DESC, id);
CREATE UNIQUE INDEX plan_try_open ON plan_try (tenant, item) WHERE state IN ('intent', 'in_doubt', 'running');
CREATE UNIQUE INDEX plan_try_by_request ON plan_try (tenant, request_id) WHERE request_id <> '';
CREATE INDEX plan_try_by_item ON plan_try (tenant, item, intended);
CREATE TRIGGER plan_try_kept BEFORE DELETE ON plan_try BEGIN
  SELECT RAISE(ABORT, 'what was sent is kept');
END;
CREATE INDEX api_token_by_owner ON api_token (tid, oid, made);
CREATE INDEX api_token_by_made  ON api_token (made, id);
CREATE TRIGGER api_token_is_fixed BEFORE UPDATE ON api_token
WHEN NEW.hash <> OLD.hash OR NEW.id <> OLD.id OR NEW.tid <> OLD.tid OR NEW.oid <> OLD.oid OR NEW.purpose <> OLD.purpose
  OR NEW.tenants <> OLD.tenants OR NEW.grants <> OLD.grants OR NEW.made <> OLD.made OR NEW.ends <> OLD.ends
  OR OLD.ended IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a token is never widened, and one that ended stays so'); END;
CREATE TRIGGER api_token_stays BEFORE DELETE ON api_token
BEGIN SELECT RAISE(ABORT, 'tokens are kept: the ledger names them'); END;
CREATE INDEX sending_waiting ON sending (due) WHERE state = 'waiting';
CREATE INDEX sending_by_at   ON sending (tenant, at, id);
CREATE TRIGGER sending_stays BEFORE DELETE ON sending
BEGIN SELECT RAISE(ABORT, 'what was sent to somebody is kept'); END;
CREATE TRIGGER sending_is_fixed BEFORE UPDATE ON sending
WHEN OLD.state <> 'waiting' OR NEW.place <> OLD.place OR NEW.channel <> OLD.channel OR NEW.file <> OLD.file OR NEW.sha256 <> OLD.sha256 OR NEW.slot <> OLD.slot
BEGIN SELECT RAISE(ABORT, 'what was sent to somebody is not rewritten'); END;
