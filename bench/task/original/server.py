#!/usr/bin/env python3
"""The daily sign as the old Python framework does it, on its own stack.

Tornado, PyMySQL behind a DBUtils pool, redis-py. Written from a description of the algorithm, to be
measured beside our engine. `README.md` says how to run it and what a request looks like.
"""

import argparse
import asyncio
import datetime
import json
import logging
import os
import pathlib
import signal
import sys
from contextlib import closing
from urllib.parse import urlsplit

import pymysql
import redis
import tornado.httpserver
import tornado.netutil
import tornado.web

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "ledger" / "original"))

import server as ledger  # noqa: E402
from stores import Database, Lock, connect_arguments  # noqa: E402

log = logging.getLogger(__name__)

HANDLER = "/sign"
TASK_TYPE, REWARD = 2, 2
FLAG_S, LISTEN_BACKLOG = 90, 1024
STATISTICS = (
    "OneSignUserCount",
    "OneSignCount",
    "OneSignRewardCount",
    "JoinTaskUserCount",
    "AddJoinTaskUserCount",
    "JoinTaskCount",
    "JoinTaskRewardCount",
)


class Tasks:
    """The engine: `sign` is the whole algorithm, step by step."""

    def __init__(self, database, client):
        self.database = database
        self.redis = client
        self.assets = ledger.Assets(database, client, 0)

    def sign(self, user_id):
        place = f"{ledger.ACT_ID}_{ledger.MODULE_ID}_{user_id}"
        # 1. One request of this kind at a time.
        flag = f"request_business_executed:{HANDLER}_{place}"
        if self.redis.incr(flag) > 1:
            return ledger.result("error", "in progress")
        self.redis.expire(flag, FLAG_S)
        try:
            # 2. And once more.
            lock = Lock(self.redis, f"process_one_sign:{place}")
            if not lock.acquire():
                return ledger.result("acquire_lock", "busy, try again")
            try:
                return self.locked(user_id)
            finally:
                lock.release()
        except Exception:
            log.exception("a sign failed")
            return ledger.result("exception", "something went wrong")
        finally:
            self.redis.delete(flag)

    def locked(self, user_id):
        now = datetime.datetime.now().replace(microsecond=0)
        day = int(f"{now:%Y%m%d}")
        name = f"{ledger.ACT_ID}_{ledger.MODULE_ID}_{TASK_TYPE}__{user_id}"
        id_md5 = ledger.md5_int(name)
        # 3. Counters of another day are zero.
        row = self.database.read_one(
            "SELECT id,complete_count,now_count,modify_day,remark FROM task_count_tb "
            "WHERE id_md5=%s LIMIT 1",
            [id_md5],
        )
        complete = row["complete_count"] if row and row["modify_day"] == day else 0
        if complete >= 1:
            return ledger.result("error", "signed today")
        # 4. Count first.
        columns = {
            "id_md5": id_md5,
            "app_id": ledger.APP_ID,
            "act_id": ledger.ACT_ID,
            "module_id": ledger.MODULE_ID,
            "user_id": user_id,
            "open_id": f"open_{user_id}",
            "task_type": TASK_TYPE,
            "complete_count": complete + 1,
            "create_date": now,
            "modify_date": now,
            "modify_day": day,
        }
        marks = ",".join(["%s"] * len(columns))
        upsert = (
            f"INSERT INTO task_count_tb ({','.join(columns)}) VALUES ({marks}) "
            "ON DUPLICATE KEY UPDATE complete_count=%s,now_count=%s,modify_date=%s,modify_day=%s"
        )
        values = [*columns.values(), complete + 1, 0, now, day]
        if not self.database.commit([(upsert, values)]):
            return ledger.result("fail", "busy, try again")
        # 5. Then pay.
        paid = self.assets.change(
            {
                "user_id": user_id,
                "asset_type": 2,
                "asset_object_id": "",
                "delta": REWARD,
                "only_id": f"task_{user_id}_{TASK_TYPE}__{day}_{complete + 1}",
                "title": "Sign in",
            }
        )
        reward = REWARD if paid["success"] else 0
        # 6. Statistics.
        for key in STATISTICS:
            value = reward if key.endswith("RewardCount") else 1
            event = {"app_id": ledger.APP_ID, "act_id": ledger.ACT_ID, "user_id": user_id}
            event |= {"key_name": key, "key_value": value, "create_date": str(now)}
            self.redis.rpush(f"stat_queue_list:{user_id % 10}", json.dumps(event))
        return ledger.result(data={"reward_value": reward})


class SignHandler(tornado.web.RequestHandler):
    def initialize(self, tasks):
        self.tasks = tasks

    def post(self):
        request = json.loads(self.request.body)
        answer = self.tasks.sign(int(request["user_id"]))
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.write(json.dumps(answer, default=str))


async def serve(arguments, sockets):
    database = Database(arguments.mysql_url, 1)
    client = redis.Redis.from_url(arguments.redis_url, decode_responses=True)
    routes = [(HANDLER, SignHandler, {"tasks": Tasks(database, client)})]
    application = tornado.web.Application(routes, log_function=lambda handler: None)
    tornado.httpserver.HTTPServer(application).add_sockets(sockets)
    await asyncio.Event().wait()


def serve_all(arguments):
    """So many children on one socket, which end with this process."""
    sockets = tornado.netutil.bind_sockets(arguments.port, "127.0.0.1", backlog=LISTEN_BACKLOG)
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
    """Makes the tables anew, and empties the Redis database of what was queued."""
    arguments.create, arguments.balance = 1, 0
    ledger.create(arguments)
    name = urlsplit(arguments.mysql_url).path.strip("/")
    schema = pathlib.Path(__file__).with_name("schema.sql").read_text()
    with closing(pymysql.connect(**connect_arguments(arguments.mysql_url, False))) as connection:
        connection.select_db(name)
        for statement in filter(str.strip, schema.split(";")):
            connection.cursor().execute(statement)
    client = redis.Redis.from_url(arguments.redis_url)
    for key in client.scan_iter("stat_queue_list:*", count=1000):
        client.delete(key)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8889)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--mysql-url", required=True, help="mysql://user:password@host:port/name")
    parser.add_argument("--redis-url", required=True, help="redis://host:port/number")
    parser.add_argument("--create", action="store_true", help="make the tables; exit")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    if arguments.create:
        create(arguments)
    else:
        serve_all(arguments)


if __name__ == "__main__":
    main()
