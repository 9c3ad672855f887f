"""What people write when they sell, announce, survey, recruit, look for work, have solved it, or vent."""

from __future__ import annotations

from leadtui.scoring.phrases import Phrases, Rule

_WORK = "{tool|app|platform|product|software|saas|startup|service|website|site|extension|plugin|project|game|library|bot|course|marketplace|mvp}"
_MADE = "{built|developed|launched|released|shipped|coded|published|relaunched|deployed|remade|open sourced}"

STANCES: tuple[Phrases, ...] = (
    Phrases(
        Rule("sells", 1.0),
        """
        {i|we} {provide|specialize in|specialise in|sell|deliver|can build|will build|can help you|help businesses|help companies|help people|help small|help clients|build websites|make websites|design and build},
        {i'm|i am|we're|we are|we|i|now|currently|also} {offering|selling|giving away|accepting clients|taking on clients|taking new clients},
        {my|our} {services|rates|prices start|pricing|packages|portfolio|gig|fiverr gig|online store|etsy shop|clients get},
        {feel free|happy|glad} to {dm|pm|reach out|message me|contact me|help you|send you},
        {check|checkout} {out|} {our|my}, {sign up|signup} {for free|here|now|today|at},
        {try|get|start|claim} {it|your|our} {free|for free|free trial},
        {free|14-day|7-day|30-day} {trial|audit|consultation|demo|accounts},
        {discount|promo|coupon} {code|codes}, use code, {10|15|20|25|30|40|50|60|70}% off, limited time,
        lifetime deal, early bird, special offer, buy now, order now, {book|schedule} a {call|demo},
        visit {us|our}, link in bio, starting at $, starting from $,
        {do|does} {you|anyone|anybody|your business|your company} {need|want|struggle with} {a|an|help with|some},
        {are|is} {you|your business|your company|your team|anyone|anybody} {here|} {looking for|struggling|tired|sick of|in need|losing},
        {anyone|anybody|who} {here|} {need|needs|want|wants|interested in} {a|an|some|help with|},
        if {you|anyone|you're|you are} {interested|need|needs|looking for|in need|want to try|would like to try|here looking for},
        {for|to} {anyone|those|people|businesses|founders} {who need|looking for|that need|who want|interested},
        {drop|share|post|comment} your {site|website|startup|url|link|saas|product|landing page},
        have helped {over|hundreds|many|dozens}, results guaranteed, satisfaction guaranteed,
        {service|available} 24/7, {shipping|shipped} {included|worldwide}, ama, ask me anything,
        {i'll|i will|we'll|we will} {build|design|suggest|show you|review your|audit your|help you|send you},
        add me on whatsapp, telegram
        """,
    ),
    Phrases(
        Rule("sells", 1.0, place="tag"),
        """
        selling, wts, h, sell, offer, offering, services, promo, promotion, sponsored, ad, deal
        """,
    ),
    Phrases(
        Rule("sells", 0.6),
        """
        {i|we} offer, {dm|pm|message|email|contact|inbox|text} {me|us} {for|if|to|and|with|now|today|at},
        for sale, best price, best prices, money back, get in touch, contact us, call us,
        {our|my} {platform|product|tool|software|service|agency|solution|company} {helps|lets|allows|is designed|offers|can help|makes|provides|is the},
        features include, key features, feature list, {pricing|demo}:, affiliate link, referral link,
        check it out, {give|try} {it|us} {a|out}, selling {seo|services|my|our}
        """,
    ),
    Phrases(
        Rule("announces", 1.0),
        f"""
        {{i|we|i've|we've|just|recently|finally|have|myself}} {_MADE},
        {{i|we|i've|we've}} {{made|created}} {{a|an|this|my|our}},
        {{i'm|i am|we're|we are|been}} {{building|developing|launching|coding|creating}} {{a|an|my|our|this|something|out}},
        {{my|our}} {{new|first|latest|free|open source|little}} {_WORK},
        my {{saas|startup|mvp|side project}}, finished building, just finished, show hn,
        showoff saturday, now available, {{is now|we are|we're|went|just went}} live, launch day,
        product hunt, early access, {{beta|trial|test|early}} {{testers|users|adopters}}, the beta,
        {{open|closed}} beta,
        so i {{built|made|created|wrote|developed|decided to build|started building}}, built it myself,
        paying {{users|customers|customer}}, registered users,
        {{crossed|reached|hit|surpassed|celebrating}} {{$|1|2|5|10|100|our|my}}, mrr, finishing touches,
        final touches, {{my|our|the|your}} first {{paying|10|100|customer|customers|users|clients}},
        {{feedback|thoughts|opinions|critique}} {{on|of|about|for}} {{my|our}}, {{roast|rate}} my,
        vibe coded, {{decided|started|wanted}} to {{build|create|develop|make}} {{my|our|a|an|this}}
        """,
    ),
    Phrases(
        Rule("announces", 0.9, place="start"),
        """
        introducing, launching, launched, built, created, announcing, release, released, new release,
        showcase, celebrating, i built, i made, i created, we built, we made, my app, my saas,
        my startup, my first, presenting
        """,
    ),
    Phrases(
        Rule("announces", 0.9, place="tag"),
        """
        maker, showoff, showcase, show off, oc, release, launch, my project, self promo, self-promotion,
        project, showoff saturday, show, announcement
        """,
    ),
    Phrases(
        Rule("research", 1.0),
        """
        {would|will} you {actually|ever|} {pay|buy|be interested|be willing},
        {validate|validating|validated} {an|my|our|the|this|} {idea|problem|demand},
        {market|user|customer} {research|discovery|interviews},
        {quick|short|brief|anonymous|my|our} {survey|questionnaire},
        {what|which} features {would|do|should},
        what would {you want|you like|your ideal|your perfect|make you},
        {what|which} {annoys|frustrates|bothers|sucks},
        your {biggest|main|top} {pain|challenge|challenges|frustration|frustrations|struggle|struggles|headache|headaches|problem|problems},
        pain points, biggest {frustrations|headaches},
        {build|building|make|making|create|creating|develop|developing} {a|an} {tool|app|saas|platform|startup|plugin|chrome extension},
        {a good|worth|idea worth} {building|idea to build}, a good idea,
        working on {a|an} {tool|app|saas|platform|product|software|startup|solution},
        trying to understand, researching, doing {some|} research,
        {not|no} {selling|promoting|pitching|promotion} {anything|here|}, i will not promote,
        not trying to sell, {saas|startup|app|product|business} idea,
        {curious|interested} {how|what} {other|others|you all|everyone|people|small business owners|founders|freelancers}
        """,
    ),
    Phrases(
        Rule("hires_staff", 1.0),
        """
        {we're|we are|now|currently|is|are|team is|company is} hiring, join our {team|company},
        {full|part}{-| }time {position|role|job|salaried|employee|opportunity},
        apply {now|here|today|online|at|below|via|through}, to apply,
        {send|submit|email} {us|me|} {your|a} {resume|cv|cover letter},
        years {of|} {professional|relevant|industry|} experience {in|with|required|preferred|as|working},
        years of experience, {competitive|base|starting|annual} {salary|pay},
        {salary|pay|compensation} {range|is|of|depends|doe|based|up to},
        {health|dental|medical} {insurance|benefits}, equal opportunity, job description, job opening,
        job openings, open positions, job posting, job title, responsibilities, qualifications,
        work authorization, visa sponsorship, paid training, cofounder, co-founder, equity only,
        profit share, revenue share, business partner, {bachelor's|bachelors|bs|ba} degree,
        the {ideal|successful} candidate,
        {senior|junior|lead|principal|tier 1|tier 2|level i|level ii} {engineer|developer|analyst|manager|administrator|technician|support|architect},
        specialist needed
        """,
    ),
    Phrases(
        Rule("hires_staff", 0.6),
        """
        401k, 401(k), paid time off,
        {looking for|seeking|need} {a|an} {senior|junior|full-time|talented|motivated|passionate|rockstar|self-motivated},
        an hour, per hour, relocation, on-site, onsite, the role, this role, the position, this position,
        candidates, applicants
        """,
    ),
    Phrases(
        Rule("hires_staff", 0.9, place="tag"),
        """
        hiring, job, jobs, job offer, job opening, career, careers, internship, vacancy, position,
        recruiting, paid, contract work
        """,
    ),
    Phrases(
        Rule("project", 1.0),
        """
        {freelance|freelancer|contractor|one-off|one time|one-time|short-term|side} {project|job|work|gig|basis},
        {my|our|existing|simple|small|custom} {wordpress|business|company|} {website|site|store|shop|blog|logo},
        {small|quick|simple|easy} {job|project|task|fix},
        someone to {help|build|design|fix|make|create|set up|do}, {fixed|flat} {price|fee|rate},
        {my|our} budget, {quote|quotes|bid|bids|per project}
        """,
    ),
    Phrases(
        Rule("seeks_work", 1.0),
        """
        {looking|searching|applying|applied|hunting} for {a|my|new|freelance|remote|more|} {job|jobs|work|position|employment|internship|clients|gigs},
        available for {work|hire|freelance|projects}, open to work, {my|an it|your} {resume|cv},
        {find|finding|landing|land|get|getting} {a|my first|my|a new} {job|internship|client},
        {find|finding|get|getting} {freelance work|clients},
        job {interview|interviews|search|hunt|seeker|application|offer|market},
        {an|my|the} interview {for|with|on|at}, career {path|change|advice|switch},
        {change|switch|start|advance|my} {career|careers}, my major, my rates, hourly rate:,
        {go|going|went|become|becoming|transition to|start|started|starting} {freelance|freelancing|a freelancer},
        {quit|quitting|leave|leaving} my job, entry level, {an|my|paid} {intern|internship}, hire me for,
        please hire me
        """,
    ),
    Phrases(
        Rule("seeks_work", 1.0, place="tag"),
        """
        for hire, forhire, available, resume, hire me, seeking work, looking for work, please review
        """,
    ),
    Phrases(
        Rule("solved", 1.0),
        """
        {problem|issue|now|is} {solved|resolved|sorted},
        ended up {going with|buying|getting|choosing|using|switching to|picking|with},
        {i|we|just|finally|have|already} {went with|decided on|settled on|bought one|found one|found a solution|figured it out|got it working},
        {thanks|thank you} {to|} {everyone|everybody|all of you} {for|who|so}, a thanks to,
        {thanks|thank you} for {all|} {the|your} {help|advice|suggestions|recommendations|responses|replies},
        {guys|all} were right,
        {edit|update}: {solved|fixed|resolved|found|figured|bought|purchased|ordered|got|went|decided|it's working},
        no longer {looking|need|needed}, nevermind, never mind
        """,
    ),
    Phrases(
        Rule("solved", 1.0, place="tag"),
        """
        solved, resolved, closed, fixed, found, answered, update, no longer needed, filled, thanks
        """,
    ),
    Phrases(Rule("solved", 0.7, place="start"), "update, thank you, thanks, solved, a thanks, finally found"),
    Phrases(
        Rule("vents", 1.0),
        """
        rant, ranting, rant time, vent, venting, {i|we} {hate|despise},
        {so|i'm|im|we're} {done with|sick of|tired of|fed up with}, {can't|cannot} stand,
        {makes|drives|driving} me {mad|crazy|angry|insane|nuts},
        worst {company|service|support|customer service|experience}, stay away from, scam, ripped off,
        what a joke
        """,
    ),
    Phrases(
        Rule("positive", 1.0),
        """
        love, loved, loving, great, awesome, amazing, excellent, fantastic, perfect, wonderful,
        impressed, thrilled, excited, brilliant, grateful, pleased
        """,
    ),
    Phrases(
        Rule("negative", 1.0),
        """
        hate, hated, terrible, awful, horrible, worst, sucks, frustrated, frustrating, annoying, annoyed,
        useless, broken, disappointed, disappointing, angry, scam, ridiculous, nightmare, overpriced,
        garbage, unreliable, buggy, struggling, stressful, desperate, failing, failed, overwhelmed,
        painful, clunky, bloated, unusable, killing, hurting, losing, rant, sick of, fed up, tired of,
        waste of
        """,
    ),
)

NEGATORS = (
    "not ",
    "n't ",
    "never ",
    "no longer ",
    "without ",
    "not really ",
    "not actually ",
    "not currently ",
    "not even ",
    "dont ",
)
"""What a folded text ends in just before a phrase that it denies."""
