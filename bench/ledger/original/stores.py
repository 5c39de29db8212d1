"""MySQL and Redis as the old framework uses them."""

import logging
import time
import uuid
from contextlib import closing
from urllib.parse import unquote, urlsplit

import pymysql
import redis
from dbutils.pooled_db import PooledDB

log = logging.getLogger(__name__)

LOCK_WAIT_S, LOCK_TTL_S, LOCK_POLL_S = 5, 10, 0.1


def connect_arguments(url, database=True):
    parts = urlsplit(url)
    arguments = {
        "host": parts.hostname,
        "port": parts.port or 3306,
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
        "charset": "utf8mb4",
        "autocommit": True,
    }
    return arguments | ({"database": parts.path.strip("/")} if database else {})


class Database:
    """Reads are autocommit; writes are collected, and sent together on one connection."""

    def __init__(self, url, connections):
        # No ping and no rollback when a connection changes hands: the quickest that the pool can.
        self.pool = PooledDB(
            pymysql,
            maxcached=connections,
            maxconnections=connections,
            blocking=True,
            ping=0,
            reset=False,
            **connect_arguments(url),
        )

    def read_one(self, sql, values):
        with (
            closing(self.pool.connection()) as connection,
            closing(connection.cursor(pymysql.cursors.DictCursor)) as cursor,
        ):
            cursor.execute(sql, [str(value) for value in values])
            return cursor.fetchone()

    def commit(self, statements):
        """Runs the list in one transaction; says whether that went well."""
        with closing(self.pool.connection()) as connection:
            try:
                connection.begin()
                with closing(connection.cursor()) as cursor:
                    for sql, values in statements:
                        cursor.execute(sql, [str(value) for value in values])
                connection.commit()
                return True
            except pymysql.MySQLError as error:
                log.debug("the batch failed: %s", error)
                connection.rollback()
                return False


def insert(table, row):
    marks = ",".join(["%s"] * len(row))
    return f"INSERT INTO {table} ({','.join(row)}) VALUES ({marks})", list(row.values())


class Lock:
    """`lock:{name}` in Redis: SETNX, then EXPIRE; who loses asks again every 0.1 s."""

    def __init__(self, client, name):
        self.client = client
        self.key = f"lock:{name}"
        self.token = str(uuid.uuid4())

    def acquire(self):
        until = time.monotonic() + LOCK_WAIT_S
        while time.monotonic() < until:
            if self.client.setnx(self.key, self.token):
                self.client.expire(self.key, LOCK_TTL_S)
                return True
            if self.client.ttl(self.key) == -1:
                self.client.expire(self.key, LOCK_TTL_S)
            time.sleep(LOCK_POLL_S)
        return False

    def release(self):
        with self.client.pipeline() as pipe:
            try:
                pipe.watch(self.key)
                if pipe.get(self.key) == self.token:
                    pipe.multi()
                    pipe.delete(self.key)
                    pipe.execute()
            except redis.WatchError:
                pass
