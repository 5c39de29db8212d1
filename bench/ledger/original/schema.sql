-- The tables that a change of an asset touches. Dropped and made anew by `server.py --create`.

DROP TABLE IF EXISTS user_asset_tb, asset_only_tb, asset_log_tb;

CREATE TABLE user_asset_tb (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_md5 BIGINT NOT NULL,
    app_id VARCHAR(50) NOT NULL DEFAULT '',
    act_id BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    open_id VARCHAR(50) NOT NULL DEFAULT '',
    user_nick VARCHAR(50) NOT NULL DEFAULT '',
    asset_type INT NOT NULL DEFAULT 0,
    asset_object_id VARCHAR(50) NOT NULL DEFAULT '',
    asset_value INT NOT NULL DEFAULT 0,
    asset_check_code VARCHAR(50) NOT NULL DEFAULT '',
    create_date DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00',
    modify_date DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00',
    UNIQUE KEY uk_user_asset_id_md5 (id_md5)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE asset_only_tb (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    id_md5 BIGINT NOT NULL,
    app_id VARCHAR(50) NOT NULL DEFAULT '',
    act_id BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    open_id VARCHAR(50) NOT NULL DEFAULT '',
    only_id VARCHAR(100) NOT NULL DEFAULT '',
    create_date DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00',
    UNIQUE KEY uk_asset_only_id_md5 (id_md5)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE asset_log_tb (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    app_id VARCHAR(50) NOT NULL DEFAULT '',
    act_id BIGINT NOT NULL DEFAULT 0,
    module_id BIGINT NOT NULL DEFAULT 0,
    user_id BIGINT NOT NULL DEFAULT 0,
    open_id VARCHAR(50) NOT NULL DEFAULT '',
    user_nick VARCHAR(50) NOT NULL DEFAULT '',
    log_title VARCHAR(500) NOT NULL DEFAULT '',
    info_json TEXT NOT NULL,
    asset_type INT NOT NULL DEFAULT 0,
    asset_object_id VARCHAR(50) NOT NULL DEFAULT '',
    source_type INT NOT NULL DEFAULT 0,
    source_object_id VARCHAR(50) NOT NULL DEFAULT '',
    source_object_name VARCHAR(50) NOT NULL DEFAULT '',
    only_id VARCHAR(100) NOT NULL DEFAULT '',
    operate_type INT NOT NULL DEFAULT 0,
    operate_value INT NOT NULL DEFAULT 0,
    history_value INT NOT NULL DEFAULT 0,
    now_value INT NOT NULL DEFAULT 0,
    handler_name VARCHAR(100) NOT NULL DEFAULT '',
    request_code VARCHAR(50) NOT NULL DEFAULT '',
    create_date DATETIME NOT NULL DEFAULT '1900-01-01 00:00:00',
    create_day INT NOT NULL DEFAULT 0,
    KEY idx_asset_log_act_user (act_id, user_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
