#!/usr/bin/env python3
"""The change of an asset as the old Python framework does it, on its own stack.

Tornado, PyMySQL behind a DBUtils pool, redis-py. Written from a description of the algorithm, to be
measured beside our engine. `README.md` says how to run it and what a request looks like.
"""

import argparse
import asyncio
import datetime
import hashlib
import json
import logging
import os
import pathlib
import signal
import struct
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pymysql
import redis
import tornado.httpserver
import tornado.netutil
import tornado.web

from stores import Database, Lock, connect_arguments, insert

log = logging.getLogger(__name__)

APP_ID, ACT_ID, MODULE_ID = "10001", 1, 1
VALUE_MAX = 2_147_483_647
DAY_S = 24 * 3600
ASSET_TYPE_GEAR = 3
HANDLER = "/change"
LISTEN_BACKLOG = 1024


def md5_int(text):
    """The two halves of an MD5, little-endian and signed, XORed."""
    low, high = struct.unpack("<qq", hashlib.md5(text.encode()).digest())
    return low ^ high


def asset_id_md5(user_id, asset_type, object_id):
    return md5_int(f"{ACT_ID}_{user_id}_{asset_type}_{object_id}")


def check_code(id_md5, value):
    """The tamper code of a balance; its salt is the app's id."""
    return hashlib.md5(f"{id_md5}_{value}{APP_ID}".encode()).hexdigest() if value else ""


def result(error_code="", error_message="", data=None):
    return {
        "success": not error_code,
        "error_code": error_code,
        "error_message": error_message,
        "data": data,
    }


class Change:
    """What is asked for, and what follows from it."""

    def __init__(self, request):
        user_id = request.get("user_id")
        self.delta = request.get("delta")
        self.only_id = str(request.get("only_id") or "")
        self.title = str(request.get("title") or "")
        self.owner = {"app_id": APP_ID, "act_id": ACT_ID, "user_id": user_id}
        self.owner["open_id"] = f"open_{user_id}"
        self.asset = {"asset_type": request.get("asset_type")}
        self.asset["asset_object_id"] = str(request.get("asset_object_id") or "")
        self.id_md5 = asset_id_md5(user_id, *self.asset.values())
        self.now = datetime.datetime.now().replace(microsecond=0)
        self.day = int(f"{self.now:%Y%m%d}")
        self.only_key = f"asset_only_list:{ACT_ID}_{self.day}"

    def is_valid(self):
        asset_type, object_id = self.asset.values()
        is_named = bool(self.owner["user_id"] and asset_type)
        is_change = isinstance(self.delta, int) and self.delta != 0
        return is_named and is_change and (asset_type != ASSET_TYPE_GEAR or bool(object_id))

    def journal(self, before, after):
        return {
            **self.owner,
            **self.asset,
            "module_id": MODULE_ID,
            "user_nick": "",
            "log_title": self.title,
            "info_json": "{}",
            "source_type": 3,
            "source_object_id": "",
            "source_object_name": "",
            "only_id": self.only_id,
            "operate_type": 0 if self.delta > 0 else 1,
            "operate_value": self.delta,
            "history_value": before,
            "now_value": after,
            "handler_name": HANDLER,
            "request_code": str(uuid.uuid4()),
            "create_date": self.now,
            "create_day": self.day,
        }


class Assets:
    """The engine: `change` is the whole algorithm, step by step."""

    def __init__(self, database, client, cache_delay_s):
        self.database = database
        self.redis = client
        self.cache_delay_s = cache_delay_s

    def change(self, request):
        try:
            # 1. Validate.
            change = Change(request)
            if not change.is_valid():
                return result("param_error", "a parameter is missing or wrong")
            # 2. Has this been done today?
            if change.only_id and self.redis.hexists(change.only_key, change.only_id):
                self.intercepted(change)
                return result("error", "only_id exists")
            # 3. One change of a balance at a time.
            lock = Lock(self.redis, f"userasset:{change.id_md5}")
            if not lock.acquire():
                return result("acquire_lock", "busy, try again")
            try:
                return self.locked(change)
            finally:
                lock.release()
        except Exception:
            log.exception("a change failed")
            return result("exception", "something went wrong")

    def locked(self, change):
        # 4. Read the balance, outside of any transaction.
        row = self.database.read_one(
            "SELECT id,id_md5,app_id,act_id,user_id,open_id,user_nick,asset_type,asset_object_id,"
            "asset_value,asset_check_code,create_date,modify_date "
            "FROM user_asset_tb WHERE id_md5=%s LIMIT 1",
            [change.id_md5],
        )
        before = row["asset_value"] if row else 0
        after = before + change.delta
        if not 0 <= after <= VALUE_MAX:
            return result("no_enough", "not enough")
        # 5. The rows: the balance with its absolute value, the mark, the journal.
        signed = {"asset_value": after, "asset_check_code": check_code(change.id_md5, after)}
        signed |= {"modify_date": change.now}
        if row:
            row |= signed
            assignments = ",".join(f"{column}=%s" for column in signed)
            update = f"UPDATE user_asset_tb SET {assignments} WHERE id=%s"
            batch = [(update, [*signed.values(), row["id"]])]
        else:
            row = {"id_md5": change.id_md5, **change.owner, **change.asset, **signed}
            row |= {"create_date": change.now}
            batch = [insert("user_asset_tb", row)]
        if change.only_id:
            only_md5 = md5_int(f"{ACT_ID}_{change.owner['user_id']}_{change.only_id}")
            only = {"id_md5": only_md5, **change.owner, "only_id": change.only_id}
            batch.append(insert("asset_only_tb", only | {"create_date": change.now}))
        batch.append(insert("asset_log_tb", change.journal(before, after)))
        # 6. All of it at once.
        if not self.database.commit(batch):
            return result("fail", "busy, try again")
        # 7. What may fail.
        try:
            self.committed(change, before, after)
        except redis.RedisError as error:
            log.warning("after a change: %s", error)
        # 8. The row.
        return result(data={"user_asset": row})

    def committed(self, change, before, after):
        if change.only_id:
            self.redis.hset(change.only_key, change.only_id, 1)
            self.redis.expire(change.only_key, DAY_S)
        if self.cache_delay_s:
            time.sleep(self.cache_delay_s)
        of_user = f"actid_{ACT_ID}_userid_{change.owner['user_id']}"
        prefix = "data_cache:dependency_"
        self.redis.delete(f"{prefix}asset_log_list:{of_user}", f"{prefix}user_asset:{of_user}")
        event = change.owner | change.asset | {"user_nick": "", "now_value": after}
        event |= {"operate_value": change.delta, "history_asset_value": before}
        event |= {"now_day_int": change.day, "create_date": str(change.now)}
        self.redis.rpush("asset_queue_list", json.dumps(event))
        self.redis.expire("asset_queue_list", 7 * DAY_S)

    def intercepted(self, change):
        """Reports a change that came twice, and counts it for its minute."""
        record = change.owner | change.asset
        record |= {"ascription_type": 2, "handler_name": HANDLER, "log_title": change.title}
        self.redis.rpush("asset_intercept_queue_list", json.dumps(record))
        self.redis.expire("asset_intercept_queue_list", 7 * DAY_S)
        handlers, field = f"warn_handler_list_{change.day}", f"handlername_{HANDLER}"
        self.redis.hset(handlers, field, json.dumps({"app_id": "", "handler_name": HANDLER}))
        self.redis.expire(handlers, DAY_S)
        self.redis.hincrby(f"{handlers}:{field}", f"{change.now:%Y%m%d%H%M}", 1)
        self.redis.expire(f"{handlers}:{field}", DAY_S)


class ChangeHandler(tornado.web.RequestHandler):
    def initialize(self, assets, executor):
        self.assets = assets
        self.executor = executor

    async def post(self):
        try:
            request = json.loads(self.request.body)
        except ValueError:
            request = {}
        request = request if isinstance(request, dict) else {}
        if self.executor:
            loop = asyncio.get_running_loop()
            answer = await loop.run_in_executor(self.executor, self.assets.change, request)
        else:
            answer = self.assets.change(request)
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.write(json.dumps(answer, default=str))


async def serve(arguments, sockets):
    database = Database(arguments.mysql_url, max(arguments.threads, 1))
    client = redis.Redis.from_url(arguments.redis_url, decode_responses=True)
    assets = Assets(database, client, arguments.cache_delay)
    executor = ThreadPoolExecutor(arguments.threads) if arguments.threads else None
    parts = {"assets": assets, "executor": executor}
    routes = [(HANDLER, ChangeHandler, parts)]
    application = tornado.web.Application(routes, log_function=lambda handler: None)
    tornado.httpserver.HTTPServer(application).add_sockets(sockets)
    await asyncio.Event().wait()


def serve_all(arguments):
    """One process, or so many children on one socket, which end with this one."""
    sockets = tornado.netutil.bind_sockets(arguments.port, "127.0.0.1", backlog=LISTEN_BACKLOG)
    if arguments.processes == 1:
        asyncio.run(serve(arguments, sockets))
        return
    children = []
    for _ in range(arguments.processes):
        child = os.fork()
        if child == 0:
            asyncio.run(serve(arguments, sockets))
            os._exit(0)
        children.append(child)

    def stop(signum, _frame):
        for child in children:
            os.kill(child, signum)
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    for child in children:
        os.waitpid(child, 0)


def create(arguments):
    """Makes the tables anew, with accounts 1 to N of asset type 2, and empties Redis' marks."""
    name = urlsplit(arguments.mysql_url).path.strip("/")
    schema = pathlib.Path(__file__).with_name("schema.sql").read_text()
    with closing(pymysql.connect(**connect_arguments(arguments.mysql_url, False))) as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` DEFAULT CHARACTER SET utf8mb4")
        connection.select_db(name)
        for statement in filter(str.strip, schema.split(";")):
            cursor.execute(statement)
        now = datetime.datetime.now().replace(microsecond=0)
        rows = []
        for user_id in range(1, arguments.create + 1):
            id_md5 = asset_id_md5(user_id, 2, "")
            signed = (arguments.balance, check_code(id_md5, arguments.balance))
            rows.append((id_md5, APP_ID, ACT_ID, user_id, f"open_{user_id}", 2, *signed, now, now))
        cursor.executemany(
            "INSERT INTO user_asset_tb (id_md5,app_id,act_id,user_id,open_id,asset_type,"
            "asset_value,asset_check_code,create_date,modify_date) "
            "VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            rows,
        )
    client = redis.Redis.from_url(arguments.redis_url)
    for pattern in ("asset_only_list:*", "asset_*queue_list", "warn_handler_list_*"):
        for key in client.scan_iter(pattern, count=1000):
            client.delete(key)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0, help="per process; 0: no threads")
    parser.add_argument("--mysql-url", required=True, help="mysql://user:password@host:port/name")
    parser.add_argument("--redis-url", required=True, help="redis://host:port/number")
    parser.add_argument("--cache-delay", type=float, default=0, help="the original waits 0.01 s")
    parser.add_argument("--create", type=int, metavar="N", help="make tables and N accounts; exit")
    parser.add_argument("--balance", type=int, default=0, help="of each account that is made")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    if arguments.create is not None:
        create(arguments)
    else:
        serve_all(arguments)


if __name__ == "__main__":
    main()
