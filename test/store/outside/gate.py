"""A gate by a client that is not ours (Eclipse Paho). Reads one plan as JSON on stdin, does it, prints what it saw as JSON.

plan: host, port, version (4 or 5), username, password, clientId, subscribe [topic], publish [{topic, payload, retain?, correlation?}],
      waitFor [text that is in a heard topic or payload], seconds
seen: connack (0: accepted), suback [code], heard [{topic, payload, retain, correlation?}], lost (the broker ended the connection)
"""

import json
import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

plan = json.load(sys.stdin)
seen = {"connack": None, "suback": [], "heard": [], "lost": False}
connected, subscribed, news = threading.Event(), threading.Event(), threading.Condition()
leaving = False


def on_connect(client, userdata, flags, reason, properties):
    seen["connack"] = reason.value
    connected.set()


def on_disconnect(client, userdata, flags, reason, properties):
    seen["lost"] = not leaving
    connected.set()


def on_subscribe(client, userdata, mid, reasons, properties):
    seen["suback"] = [reason.value for reason in reasons]
    subscribed.set()


def on_message(client, userdata, message):
    entry = {"topic": message.topic, "payload": message.payload.decode("utf-8"), "retain": bool(message.retain)}
    correlation = getattr(message.properties, "CorrelationData", None) if message.properties else None
    if correlation is not None:
        entry["correlation"] = correlation.decode("utf-8")
    with news:
        seen["heard"].append(entry)
        news.notify_all()


def all_heard():
    return all(any(text in entry["topic"] or text in entry["payload"] for entry in seen["heard"]) for text in plan.get("waitFor", []))


client = mqtt.Client(
    mqtt.CallbackAPIVersion.VERSION2,
    client_id=plan["clientId"],
    protocol=mqtt.MQTTv5 if plan["version"] == 5 else mqtt.MQTTv311,
    reconnect_on_failure=False,
)
client.username_pw_set(plan["username"], plan["password"])
client.on_connect, client.on_disconnect = on_connect, on_disconnect
client.on_subscribe, client.on_message = on_subscribe, on_message
client.connect(plan["host"], plan["port"], keepalive=60)
client.loop_start()
connected.wait(10)

if seen["connack"] == 0:
    if plan.get("subscribe"):
        client.subscribe([(topic, 1) for topic in plan["subscribe"]])
        subscribed.wait(10)
    for message in plan.get("publish", []):
        properties = None
        if plan["version"] == 5 and "correlation" in message:
            properties = Properties(PacketTypes.PUBLISH)
            properties.CorrelationData = message["correlation"].encode("utf-8")
        sent = client.publish(message["topic"], message["payload"], qos=1, retain=message.get("retain", False), properties=properties)
        try:
            sent.wait_for_publish(10)
        except RuntimeError:
            break
    deadline = time.monotonic() + plan.get("seconds", 10)
    with news:
        while not all_heard() and time.monotonic() < deadline:
            news.wait(0.1)

leaving = True
client.disconnect()
client.loop_stop()
print(json.dumps(seen))
