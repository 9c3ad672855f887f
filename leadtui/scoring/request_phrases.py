"""What people write when they ask for something, compare, are in pain, want advice, or just talk."""

from __future__ import annotations

from leadtui.scoring.phrases import Phrases, Rule

_THING = (
    "{tool|tools|app|apps|software|program|system|platform|solution|service|product|provider|plugin|company}"
)
_PERSON = (
    "{developer|designer|agency|freelancer|consultant|contractor|expert|specialist|professional|firm|pro|accountant"
    "|bookkeeper|lawyer|coach|writer|editor|photographer|marketer|assistant|programmer|technician|plumber|electrician}"
)
_ANYONE = "{anyone|anybody|someone|you|you guys}"
_PEOPLE = "{you|you guys|you all|people|everyone|others|folks|your team|your company|your business}"
_PRAISE = "{good|better|simple|cheap|free|affordable|decent|reliable|local|professional}"

REQUESTS: tuple[Phrases, ...] = (
    # A thing that is wanted.
    Phrases(
        Rule("seeking", 1.0),
        f"""
        {{can|could|would}} {_ANYONE} {{recommend|suggest|point me}},
        {{anyone|anybody|someone}} {{recommend|suggest}},
        have {{any|a|some}} {{recommendation|recommendations|suggestion|suggestions}},
        {{please|pls|plz}} {{recommend|suggest}}, {{recommend|suggest}} me,
        {{any|good|need|want|seeking|looking for|software|tool|app|product}} {{recommendation|recommendations|recs|suggestion|suggestions}},
        {{recommendations|suggestions|recs}} {{for|on}} {{a|an|some|good|the best|what}},
        {{what|which}} {_THING} {{do|does|are|should|would|can|is|did}},
        {{anyone|anybody|you|you guys|someone}} know {{of|about|any|a}},
        know of {{any|a|an|something|some}}, heard of any,
        {{is there|are there|there}} {{a|an|any}} {_THING}, best {_THING} {{for|to}},
        {{looking|searching|shopping}} for {{a|an|some|any|}} {_THING},
        {{need|want|require|seeking}} {{a|an|some|}} {_THING}, in the market for,
        {{looking|want|wanting|planning|ready|hoping}} to {{buy|purchase|invest in}},
        help me {{find|choose|pick|decide|select|buy}},
        {{trying|struggling|hard|unable|impossible}} to {{find|choose|pick}} {{a|an|something|the right|good|any}},
        {{can't|cannot|couldn't|haven't found|didn't find}} {{find|}} {{a|an|any|anything}},
        shopping {{around|for}}, in search of, on the hunt for,
        {{what|which}} {{one|model|brand|option}} {{should|would|do}} {{i|you|we}},
        what should {{i|we}} {{buy|get|look for|use}}, {{willing|ready|prepared|happy}} to pay,
        my budget is, our budget
        """,
    ),
    Phrases(
        Rule("seeking", 0.8),
        f"""
        {{i'm|i am|we're|we are|am|are|currently|been|and|also|now|just}} {{looking|searching|hunting}} for,
        {{looking|searching}} for {{a|an|something|some|the best|the right|good|options|one|any|recommendations|cheap|free}},
        {{i|we}} {{need|really need|want|wanted}} {{a|an|some|something}},
        {{would|i'd|we'd}} {{like|love}} {{a|an|to find|to buy|to get|to have|something}},
        {{what|which}} {{do|does|are|is}} {_PEOPLE} {{use|using}},
        {{do|does|are}} {_PEOPLE} {{use|using|all use}}, {_PRAISE} {_THING},
        {{something|anything|one}} that {{will|would|can|could|does|lets|allows|works|has|is}},
        {{must|should|needs to|has to}} be able to,
        {{must have|nice to have|requirements are|price range}},
        {{such a|something like this|anything like this}} exist,
        {{best|good|cheap|affordable}} {{option|options|place|way to buy|way to get}} {{for|to}},
        {{where|how}} {{can|do|could|should}} {{i|we|you}} {{find|buy|get|hire}},
        where to {{buy|get|find}}, need help {{choosing|picking|finding|selecting|deciding|buying}}
        """,
    ),
    Phrases(
        Rule("seeking", 0.8, near="after"),
        """
        what, which, best, recommend, suggest, need, needs, needing, want, wanted, buying, buy, choosing,
        choose, picking, purchase, purchasing, seeking, good, decent, cheap, cheaper, affordable,
        reliable, simple, simpler, lightweight, looking for, searching for, is there, any, replacing,
        know of, get a, getting a, try a, adopt, setting up, set up a, recommendations for,
        suggestions for, help with choosing
        """,
    ),
    Phrases(
        Rule("seeking", 0.8, near="before"),
        """
        recommendation, recommendations, recs, suggestion, suggestions, options, needed, wanted,
        required,
        {do|does|should|would|can} {you|i|we|anyone|your business|your company|your team|people|everyone} {use|recommend|suggest|buy|get},
        {that|which} {can|will|lets|allows|supports|integrates|works},
        {under|below|around|up to|less than} $, on a budget
        """,
    ),
    Phrases(
        Rule("seeking", 0.9, place="tag"),
        """
        request, recommendation, recommendations, looking for, lf, wtb, want to buy, buying, need, iso,
        w
        """,
    ),
    # Somebody who is to be hired.
    Phrases(
        Rule("hiring_provider", 1.0),
        f"""
        {{looking|want|wanting|need|trying|hoping|ready|considering|planning|like|going}} to {{hire|outsource|pay someone|commission}},
        {{need|looking for|hire|find|seeking|recommend|want}} {{a|an}} {_PERSON},
        {{good|great|reliable|local|affordable|freelance|professional|trustworthy|experienced}} {_PERSON},
        {{who|where}} {{should|can|do|would|to}} {{i|we|you|}} hire, should {{i|we}} hire,
        {{worth|thinking about|thinking of|considering}} {{hiring|outsourcing|paying}},
        {{pay|paying|hire|hiring|paid}} {{someone|somebody|a professional|an expert|an agency}} to,
        {{looking for|need|want|hire|hiring|find|seeking}} {{someone|somebody}} {{to|who|that|with}},
        {{will|can|would|willing to}} pay {{you|someone|for|up to}},
        how much {{should|would|does|will|do}} {{i|it|you|a|an|we}} {{pay|cost|charge|expect}},
        {{get|getting|looking for|need}} {{a quote|quotes}}, request for proposals
        """,
    ),
    Phrases(Rule("hiring_provider", 0.8, place="tag"), "hiring, paid, contract work, freelance, task"),
    Phrases(
        Rule("hiring_provider", 0.9, near="after"),
        "hire, hiring, outsource, outsourcing, paying for, pay for",
    ),
    # Two or more things weighed, or leaving the one in use.
    Phrases(
        Rule("comparing", 1.0),
        """
        {alternative|alternatives|replacement|replacements} {to|for},
        {switch|switching|move|moving|migrate|migrating} {away from|off of|off|from},
        {thinking|considering|thought} {about|of|} {switching|leaving|moving|replacing|cancelling|canceling|dropping},
        worth {it|the money|the price|paying|switching}, overkill, pros and cons, compared to,
        {comparison|difference|differences} {of|between}, side by side,
        which {is|one is|would be} better,
        {anyone|anybody} {here|} {used|tried|using|have experience with|switched},
        {any of you|you guys|has anyone|have you} {used|tried|worked with|dealt with|switched},
        {experience|experiences} with, {torn|deciding|decide|choose|choosing|choice} between,
        {can't|cannot} decide, {honest|any} {reviews|review|opinions} {of|on},
        {too|so|very|getting} expensive,
        {raised|raising|increased|hiked|doubled} {their|the|its|} {prices|price|pricing}, what are {my|our|the} options,
        price {hike|increase}, {fed up|unhappy|frustrated|disappointed|done} with,
        to {switch|replace|leave|move away|get away|get rid of}, {do|would} you trust
        """,
    ),
    Phrases(
        Rule("comparing", 0.9, near="after"),
        """
        vs, versus, alternative, alternatives, instead of, replace, replacing, leaving, cancel,
        cancelling, dropping, ditch, ditching, trust, tried, evaluating, considering, reviews of
        """,
    ),
    Phrases(
        Rule("comparing", 0.9, near="before"),
        """
        vs, versus, alternative, alternatives, replacement, or something else, similar to,
        {is|are} {too|so|way too} {expensive|complicated|bloated|pricey|slow}
        """,
    ),
    # Something does not work, and the author suffers from it.
    Phrases(
        Rule("pain", 1.0),
        """
        {doing|am i doing} {wrong|it wrong|something wrong|anything wrong}, what am i missing,
        {i'm|i am|we're|we are|really|just} {struggling|drowning|overwhelmed|losing|desperate|clueless|stuck|lost},
        {struggling|struggle|trouble|difficulty|hard time|nightmare|headache} {with|to|keeping|managing|finding},
        {killing|bleeding|costing|eating} {us|me|our|my},
        {takes|taking|wasting|wasted|waste|spend|spending} {too much|so much|hours|forever|way too|me|us},
        {a|such a|total|complete} {nightmare|mess|pain}, out of hand, out of control,
        {falling|slipping} through, wit's end, {can't|cannot|to|hard to} keep up,
        {no|zero|without|not getting|not a single|any|hardly any|0|more|few|losing} {sales|sale|conversions|results|traffic|impressions|orders|leads|improvement},
        {doing|performing|converting|going} {terrible|terribly|badly|poorly|bad|horrible},
        {not|isn't|aren't|doesn't} {doing well|going well|working for us|working for me|converting|selling|scale|ranking},
        {sudden|drastic|huge|massive|steep|big} {drop|decrease|decline|dip}, dropped, tanked, plummeted,
        {better|easier|simpler|faster} way,
        {still|currently|everything|all} {using|on|in|by|doing} {spreadsheets|a spreadsheet|excel|paper|hand|google sheets},
        by hand, manually, old-fashioned way, {sick|tired} of
        """,
    ),
    Phrases(
        Rule("pain", 0.7, near="after"),
        """
        struggling, trouble, problem, problems, issue, issues, frustrated, confused, hate, hurting, fix,
        fixing, improve, improving, lower, reduce, broken, lost, losing, terrible, awful, keep track of, keeping track of
        """,
    ),
    Phrases(
        Rule("pain", 0.7, near="before"),
        """
        {is|are|was|keeps|keep|has|just} {broken|hurting|dropping|terrible|awful|failing|killing|invisible|high|too high|down|dead|dying|died},
        died, broke, doesn't work, not working, stopped working,
        {not|never} {ranking|showing|converting|selling}, doing anything
        """,
    ),
    # Wants to know how; names nothing to buy.
    Phrases(
        Rule("advice", 1.0),
        f"""
        {{need|want|looking for|seeking|appreciate|love|any|some|your}} {{advice|guidance|tips|input|pointers|help|insight|ideas|suggestions}},
        could {{really|}} use {{some|}} help, {{advice|help}} {{please|needed|wanted}}, please help,
        help me, where {{do|should}} i start, what should {{i|we}} do, what would you {{do|suggest}},
        {{do|does|are}} {_PEOPLE} {{manage|track|handle|deal with|keep|organize|handling|managing|tracking}},
        {{is it|would it be}} {{worth|best|better|a good idea}},
        best {{way|approach|practice|practices|method}}, in the right direction,
        {{thanks|thank you}} in advance, {{should|shall}} {{i|we}} {{use|go|keep|start|switch|try|be}},
        {{have|has|had|with}} {{any|}} experience
        """,
    ),
    Phrases(
        Rule("advice", 0.6),
        """
        how {do|can|should|would|could} {i|we|you}, {what|which} {should|would|do|can} {i|we},
        should {i|we}, how to, {a way|any way|any ways} to,
        {wondering|curious|know} {if|how|what|whether}
        """,
    ),
    Phrases(Rule("advice", 0.8, near="before"), "advice, help, question, questions, guidance, pointers"),
    Phrases(
        Rule("advice", 0.8, near="after"),
        """
        {advice|help|tips|questions|question|guidance} {on|about|with|for}, understand, start with, learn
        """,
    ),
    Phrases(Rule("advice", 0.6, place="tag"), "question, help, advice, advice needed, help needed"),
    # Opinions on the author's own work, talk, news.
    Phrases(
        Rule("feedback", 1.0),
        """
        {feedback|critique|criticism|thoughts|opinions} {on|of|about} {my|our|this},
        {roast|rate|critique|review} my,
        {some|your|honest|brutal|early|any|love|for|get|of|appreciate} {feedback|critique|criticism},
        let me know what you think, what do you think of my, {be|brutally} {brutal|honest}
        """,
    ),
    Phrases(
        Rule("discussion", 0.8),
        """
        {unpopular|hot|controversial} {opinion|take}, change my mind, am i the only, is it just me,
        let's discuss, discussion, psa, food for thought, {what do you|do you guys} {all|} think,
        what are your {thoughts|favorite|favourite|biggest|worst}, {thoughts|opinions|opinion} on,
        {my|the} {story|journey} {of|on|about|with|so far|from},
        {most|many} {people|businesses|founders|companies|startups|agencies|marketers},
        here's {what|how|why}, {lessons|things|everything|what} {i|i've|we|we've} {learned|learnt|wish},
        lessons learned, {complete|ultimate|beginner's|short|full|step by step} guide, guide {to|for},
        {i|we} {analyzed|tested|interviewed|emailed|surveyed}
        """,
    ),
    Phrases(
        Rule("discussion", 0.8, place="start"),
        """
        how i, how we, why i, why we, why you, why your, why most, the truth, stop, the real,
        what nobody, reminder, tips for, top 5, top 10, 5 ways, 10 ways, 3 ways, 4 ways, 7 ways, ways to,
        a list of, list of, important, case study, from 0 to, from zero, biggest, most, your recap,
        weekly, an open letter, dear, interview with, my experience, how lucrative
        """,
    ),
    Phrases(
        Rule("news", 1.0),
        """
        breaking news, press release,
        {has|have|was|were|is|are|been} {acquired|merging|bought by|shutting down|discontinued|sued},
        acquires, acquisition of, merger, merging, announces, announced, unveils,
        {raises|raised} {series|$}, according to, {report|study|survey} {says|finds|shows}, data breach,
        layoffs, quarterly results
        """,
    ),
)
