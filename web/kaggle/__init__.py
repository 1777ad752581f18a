"""The Kaggle-protocol door: the unmodified `kaggle` client lists, downloads, hands in and reads boards here.

urls.py ──> introspection.py  competitions.py  submissions.py  boards.py
                       ├── shapes.py    what the client asks, as strict types that ignore what we do not know
              │        ├── parcels.py   a file between its upload and its hand-in
              │        ├── render.py    rows of the judge -> the client's JSON
              │        └── errors.py    every refusal as {"code", "message"}: the client prints the message
base.py     what all views share         keys.py          who is asking, by one of our API tokens
addresses.py                             web/access.py    who may use which route

Every call is POST /api/v1/<service>/<Method> with a JSON object; files come from GET, uploads go to PUT. As everywhere
in web, views parse, call one function of the judge, render; no rule of the contest is here.
"""
