#!/usr/bin/env python3
"""Changes accounts from many connections at once; then the books must balance.

    check.py --port 8888 --mysql-url mysql://root@127.0.0.1:3306/original --balance 100

Needs accounts fresh from `server.py --create`. Some changes ask for more than there is, and every
tenth is sent twice. Exits with 1 if anything is wrong.
"""

import argparse
import collections
import http.client
import json
import random
import threading

import pymysql

from server import check_code
from stores import connect_arguments


class Client(threading.Thread):
    """One connection, one change after the other."""

    def __init__(self, arguments, number):
        super().__init__()
        self.arguments = arguments
        self.number = number
        self.answers = collections.Counter()
        self.deltas = collections.Counter()

    def run(self):
        chance = random.Random(self.number)
        connection = http.client.HTTPConnection("127.0.0.1", self.arguments.port)
        for change in range(self.arguments.changes):
            request = {
                "user_id": chance.randint(1, self.arguments.accounts),
                "asset_type": 2,
                "asset_object_id": "",
                "delta": chance.choice([-150, -20, -1, 1, 7, 40]),
                "only_id": f"{self.number}_{change}",
                "title": "check",
            }
            for again in range(2 if change % 10 == 0 else 1):
                connection.request("POST", "/change", json.dumps(request))
                answer = json.loads(connection.getresponse().read())
                self.answers[("again " if again else "") + (answer["error_code"] or "done")] += 1
                if answer["success"]:
                    self.deltas[request["user_id"]] += request["delta"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--mysql-url", required=True)
    parser.add_argument("--balance", type=int, default=0)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--changes", type=int, default=100, help="of each client")
    arguments = parser.parse_args()
    clients = [Client(arguments, number) for number in range(arguments.clients)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    answers = sum((client.answers for client in clients), collections.Counter())
    deltas = collections.Counter()
    for client in clients:
        deltas.update(client.deltas)

    cursor = pymysql.connect(**connect_arguments(arguments.mysql_url)).cursor()
    cursor.execute("SELECT user_id, id_md5, asset_value, asset_check_code FROM user_asset_tb")
    wrong = []
    for user_id, id_md5, value, code in cursor.fetchall():
        if value != arguments.balance + deltas[user_id]:
            wrong.append(f"account {user_id}: {value}, told {deltas[user_id]}")
        if code != check_code(id_md5, value):
            wrong.append(f"account {user_id}: the check code is wrong")
        cursor.execute(
            "SELECT history_value, operate_value, now_value FROM asset_log_tb "
            "WHERE act_id = 1 AND user_id = %s ORDER BY id",
            [user_id],
        )
        before = arguments.balance
        for history, delta, now in cursor.fetchall():
            if history != before or now != history + delta:
                wrong.append(f"account {user_id}: {history} + {delta} = {now} after {before}")
            before = now
        if before != value:
            wrong.append(f"account {user_id}: the journal ends with {before}, not {value}")
    for table in ("asset_log_tb", "asset_only_tb"):
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        (count,) = cursor.fetchone()
        if count != answers["done"]:
            wrong.append(f"{table} has {count} rows, told {answers['done']}")
    if answers["again done"]:
        wrong.append("a change was done twice")
    print(dict(answers))
    print("\n".join(wrong) or "the books balance")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
