"""The old framework's counting of statistics: a thread for each of ten lists, an event at a time.

Fills the lists, counts what is in them, and prints how long that took and what the figures came to.
"""

import argparse
import json
import threading
import time
from contextlib import closing
from datetime import datetime
from urllib.parse import unquote, urlsplit

import pymysql
import redis
from dbutils.pooled_db import PooledDB

LISTS = 10
ALL, DAILY, EVER = 0, 1, 2
# Name and repeat type of each metric.
METRICS = [("VisitCount", ALL), ("Price", ALL), ("VisitUserCount", DAILY), ("NewUserCount", EVER)]
ACTIVITIES = 4
USERS = 10_000

TABLES = """
DROP TABLE IF EXISTS stat_orm_tb, stat_log_tb, stat_report_tb;
CREATE TABLE stat_orm_tb (id BIGINT AUTO_INCREMENT PRIMARY KEY, key_name VARCHAR(64), repeat_type INT);
CREATE TABLE stat_log_tb (id BIGINT AUTO_INCREMENT PRIMARY KEY, app_id VARCHAR(64), act_id BIGINT,
  module_id BIGINT, object_id VARCHAR(64), orm_id BIGINT, user_id BIGINT, open_id VARCHAR(64),
  key_value BIGINT, create_day INT, create_month INT, create_date DATETIME,
  KEY idx_log (user_id, act_id, orm_id, create_day));
CREATE TABLE stat_report_tb (id BIGINT AUTO_INCREMENT PRIMARY KEY, app_id VARCHAR(64), act_id BIGINT,
  module_id BIGINT, object_id VARCHAR(64), key_name VARCHAR(64), key_value BIGINT, create_day INT,
  create_month INT, create_year INT, create_date DATETIME,
  UNIQUE KEY uq_report (act_id, module_id, object_id, key_name, create_day))
"""

REPORT = """INSERT INTO stat_report_tb
 (app_id,act_id,module_id,object_id,key_name,key_value,create_day,create_month,create_year,create_date)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s) ON DUPLICATE KEY UPDATE key_value=key_value+%s"""
LOG = """INSERT INTO stat_log_tb
 (app_id,act_id,module_id,object_id,orm_id,user_id,open_id,key_value,create_day,create_month,create_date)
 VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"""
KNOWN = "SELECT id FROM stat_log_tb WHERE user_id=%s AND act_id=%s AND orm_id=%s"


def pool(url, connections):
    parts = urlsplit(url)
    return PooledDB(
        pymysql,
        maxcached=connections,
        maxconnections=connections,
        blocking=True,
        ping=0,
        reset=False,
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or "root"),
        password=unquote(parts.password or ""),
        database=parts.path.strip("/"),
        charset="utf8mb4",
        autocommit=True,
    )


def event(number):
    """The same events that the benchmark reports to ours."""
    name, _ = METRICS[number % len(METRICS)]
    return {
        "app_id": "demo",
        "act_id": 1 + number // 4 % ACTIVITIES,
        "module_id": 0,
        "object_id": "",
        "user_id": 1 + number * 7919 % USERS,
        "open_id": "",
        "key_name": name,
        "key_value": 1,
    }


class Counter:
    def __init__(self, database, client, metrics):
        self.database, self.client, self.metrics = database, client, metrics

    def count(self, number):
        """Counts a list to its end."""
        source, check = f"stat_queue_list:{number}", f"stat_queue_list:check:{number}"
        while True:
            text = self.client.rpoplpush(source, check)
            if text is None:
                return
            self.one(json.loads(text))
            self.client.lrem(check, 1, text)

    def one(self, item):
        metric = self.metrics.get(item["key_name"])
        if metric is None:
            return
        orm_id, repeat = metric
        now = datetime.now()
        day, month = int(now.strftime("%Y%m%d")), int(now.strftime("%Y%m"))
        place = [item["app_id"], item["act_id"], item["module_id"], item["object_id"]]
        with (
            closing(self.database.connection()) as connection,
            closing(connection.cursor()) as cursor,
        ):
            if repeat != ALL:
                sql, values = KNOWN, [item["user_id"], item["act_id"], orm_id]
                if repeat == DAILY:
                    sql, values = sql + " AND create_day=%s", [*values, day]
                cursor.execute(sql + " LIMIT 1", values)
                if cursor.fetchone():
                    return
            value = item["key_value"]
            report = [*place, item["key_name"], value, day, month, now.year, now, value]
            log = [*place, orm_id, item["user_id"], item["open_id"], value, day, month, now]
            connection.begin()
            cursor.execute(REPORT, report)
            cursor.execute(LOG, log)
            connection.commit()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mysql-url", required=True)
    parser.add_argument("--redis-url", required=True)
    parser.add_argument("--events", type=int, default=10_000)
    arguments = parser.parse_args()
    database = pool(arguments.mysql_url, LISTS)
    client = redis.Redis.from_url(arguments.redis_url)
    with closing(database.connection()) as connection, closing(connection.cursor()) as cursor:
        for statement in TABLES.split(";"):
            cursor.execute(statement)
        metrics = {}
        for name, repeat in METRICS:
            sql = "INSERT INTO stat_orm_tb (key_name, repeat_type) VALUES (%s, %s)"
            cursor.execute(sql, [name, repeat])
            metrics[name] = (cursor.lastrowid, repeat)
    for number in range(LISTS):
        client.delete(f"stat_queue_list:{number}", f"stat_queue_list:check:{number}")
    with client.pipeline(transaction=False) as pipe:
        for number in range(arguments.events):
            item = event(number)
            pipe.lpush(f"stat_queue_list:{item['user_id'] % LISTS}", json.dumps(item))
        pipe.execute()
    counter = Counter(database, client, metrics)
    threads = [threading.Thread(target=counter.count, args=[number]) for number in range(LISTS)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    with closing(database.connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("SELECT key_name, SUM(key_value) FROM stat_report_tb GROUP BY key_name")
        figures = {name: int(value) for name, value in cursor.fetchall()}
    print(json.dumps({"seconds": seconds, "figures": figures}))


main()
