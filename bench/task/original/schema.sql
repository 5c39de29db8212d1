-- The count row of a task. Dropped and made anew by `server.py --create`, with the ledger's tables.

DROP TABLE IF EXISTS task_count_tb;

CREATE TABLE task_count_tb (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_md5 BIGINT NOT NULL,
    app_id VARCHAR(50) NOT NULL DEFAULT '',
    act_id BIGINT NOT NULL DEFAULT 0,
    module_id BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    open_id VARCHAR(50) NOT NULL DEFAULT '',
    task_type INT NOT NULL DEFAULT 0,
    task_sub_type VARCHAR(50) NOT NULL DEFAULT '',
    complete_count INT NOT NULL DEFAULT 0,
    now_count INT NOT NULL DEFAULT 0,
    create_date DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00',
    modify_date DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00',
    modify_day INT NOT NULL DEFAULT 0,
    remark VARCHAR(500) NOT NULL DEFAULT '',
    UNIQUE KEY uk_task_count_id_md5 (id_md5),
    KEY idx_task_count_act_user (act_id, user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
