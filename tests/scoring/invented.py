"""Invented campaigns, and invented posts of every kind that simple scorers get wrong."""

from __future__ import annotations

from dataclasses import dataclass

from leadtui.domain.models import Campaign, Post

BOOKING = Campaign(
    name="slotwise",
    description="Appointment booking and class scheduling for yoga studios, salons and personal trainers.",
    audience="studio owners, salon owners, personal trainers",
    keywords=("booking software", "appointment scheduling", "class schedule", "no-shows", "online booking"),
    competitors=("Mindbody", "Calendly", "Acuity", "Vagaro", "Square"),
)
PODCAST = Campaign(
    name="clearcut",
    description="A podcast editing service: cleans up audio, cuts filler words, writes show notes.",
    audience="podcasters, coaches, small companies",
    keywords=("podcast editor", "podcast editing", "show notes", "audio cleanup"),
    competitors=("Descript", "Auphonic", "Riverside", "Fiverr"),
)
PASSWORDS = Campaign(
    name="vaultine",
    description="A self-hosted password manager for families and small teams with shared vaults.",
    keywords=("password manager", "shared vault", "self-hosted", "two-factor"),
    competitors=("LastPass", "1Password", "Bitwarden", "Dashlane"),
    negative_keywords=("giveaway",),
    excluded_subreddits=("FreeStuff",),
)
DOG_FOOD = Campaign(
    name="mellowpaws",
    description="Hypoallergenic dog food delivered monthly, for dogs with allergies and sensitive stomachs.",
    keywords=("dog food", "sensitive stomach", "itchy dog", "hypoallergenic", "grain free"),
    competitors=("Purina", "Royal Canin"),
)


@dataclass(frozen=True)
class Case:
    """A post, whom it is judged for, and what a careful reader says of it."""

    name: str
    campaign: Campaign
    post: Post
    lead: bool


def _case(name: str, campaign: Campaign, lead: bool, subreddit: str, title: str, body: str) -> Case:
    return Case(name, campaign, Post(name, subreddit, title, body), lead)


CASES: tuple[Case, ...] = (
    _case(
        "asks what others use",
        BOOKING,
        True,
        "yogateachers",
        "Which booking software do you use for your studio?",
        "We run 22 classes a week and the spreadsheet is falling apart. Budget is about 60 a month.",
    ),
    _case(
        "leaves a competitor",
        BOOKING,
        True,
        "smallbusiness",
        "Mindbody raised prices again, what are my options?",
        "We pay 250 a month now and use maybe a tenth of it. Has anyone switched to something smaller?",
    ),
    _case(
        "pain with a request",
        BOOKING,
        True,
        "hairstylist",
        "Clients keep missing appointments",
        "I lose three or four slots a week to no-shows. Texting everyone by hand the evening before takes forever. How do you all handle it? Happy to pay for something.",
    ),
    _case(
        "compares two",
        BOOKING,
        True,
        "personaltraining",
        "Calendly vs Acuity for a solo trainer?",
        "Need packages and automatic reminders. Anyone here tried both?",
    ),
    _case(
        "looks for somebody to hire",
        PODCAST,
        True,
        "podcasting",
        "Need a podcast editor for a weekly interview show",
        "About 45 minutes raw, two tracks. What would you charge?",
    ),
    _case(
        "weighs outsourcing",
        PODCAST,
        True,
        "podcasts",
        "Is paying for podcast editing worth it?",
        "I spend eight hours per episode and I am drowning. Thinking about outsourcing.",
    ),
    _case(
        "request at the end",
        PODCAST,
        True,
        "Entrepreneur",
        "Editing takes me forever",
        "We started a company podcast and every episode costs me a whole Sunday. Can anyone recommend a service that does audio cleanup and show notes?",
    ),
    _case(
        "hiring tag, but a project",
        PODCAST,
        True,
        "forhire",
        "[Hiring] Podcast editor, 4 episodes a month",
        "Looking for someone to edit and write show notes. Fixed price per episode.",
    ),
    _case(
        "competitor too expensive",
        PODCAST,
        True,
        "podcasting",
        "Descript is getting too expensive",
        "What do you use instead? I mostly need filler words removed.",
    ),
    _case(
        "switches",
        PASSWORDS,
        True,
        "selfhosted",
        "Leaving LastPass after the breach, what should I switch to?",
        "Family of five, non-technical. Self-hosted would be nice.",
    ),
    _case(
        "title names the thing",
        PASSWORDS,
        True,
        "sysadmin",
        "Password manager for a team of eight?",
        "Currently everything is in a shared spreadsheet, which keeps me awake. Need shared vaults and two-factor.",
    ),
    _case(
        "either or",
        PASSWORDS,
        True,
        "privacy",
        "Bitwarden or 1Password?",
        "Cannot decide. I care about sharing with my wife.",
    ),
    _case(
        "asks how, then for a thing",
        PASSWORDS,
        True,
        "smallbusiness",
        "How do you share logins with employees?",
        "We email passwords around and it is a mess. Is there a password manager that is simple enough for shop staff?",
    ),
    _case(
        "curly apostrophe",
        DOG_FOOD,
        True,
        "dogs",
        "I’m looking for hypoallergenic dog food",
        "The vet says chicken allergy. What would you recommend?",
    ),
    _case(
        "best for",
        DOG_FOOD,
        True,
        "DogAdvice",
        "Best dog food for a sensitive stomach?",
        "Lab, 4 years, vomits twice a week. We tried Purina and Royal Canin.",
    ),
    _case(
        "desperate",
        DOG_FOOD,
        True,
        "puppy101",
        "My puppy has diarrhea on every kibble",
        "We are desperate. Third brand now. Any suggestions for food that is easy on the stomach? Grain free or not?",
    ),
    _case(
        "maker",
        BOOKING,
        False,
        "SaaS",
        "I built a booking software for yoga studios in 3 months",
        "Launched last week, would love feedback. Sign up for free at our site.",
    ),
    _case(
        "hires staff",
        BOOKING,
        False,
        "yoga",
        "[Hiring] Front desk for yoga studio, full-time position",
        "Competitive salary, 401k. You will manage the class schedule. Send us your resume.",
    ),
    _case(
        "market research",
        BOOKING,
        False,
        "startups",
        "Would you pay for appointment scheduling that talks to WhatsApp?",
        "I am validating an idea and doing market research with salon owners. What is your biggest pain with online booking?",
    ),
    _case(
        "solved",
        BOOKING,
        False,
        "yogateachers",
        "Update: we went with Vagaro, thanks everyone",
        "Ended up choosing it for the online booking page. Thank you for all the suggestions.",
    ),
    _case(
        "vents",
        BOOKING,
        False,
        "salons",
        "Rant: no-shows",
        "I hate people who do not turn up. That is all. Worst week ever.",
    ),
    _case(
        "news",
        BOOKING,
        False,
        "technews",
        "Mindbody acquired by private equity firm",
        "According to the report the booking software vendor announced layoffs.",
    ),
    _case(
        "other language",
        BOOKING,
        False,
        "france",
        "Quel logiciel pour les rendez-vous ?",
        "Bonjour, je cherche un outil comme Calendly pour mon salon, mais pas trop cher. Merci pour les conseils, vous êtes très gentils.",
    ),
    _case(
        "teaches",
        BOOKING,
        False,
        "yogateachers",
        "What I learned from ten years of class schedule chaos",
        "Here is what actually worked for us. Lessons learned: keep it simple, publish early, repeat. You should never change your timetable in summer. Your students will thank you.",
    ),
    _case(
        "for hire",
        PODCAST,
        False,
        "forhire",
        "[For Hire] Podcast editor with 6 years of experience",
        "I offer podcast editing, show notes and audio cleanup starting at $40. DM me for samples.",
    ),
    _case(
        "announces",
        PODCAST,
        False,
        "podcasting",
        "Just launched episode 50 of my podcast!",
        "Check out our new episode about podcast editing myths.",
    ),
    _case(
        "seeks work",
        PODCAST,
        False,
        "jobs",
        "How do I become a podcast editor?",
        "I am looking for a job in audio and want to change careers. My resume is thin.",
    ),
    _case(
        "support question",
        PODCAST,
        False,
        "audioengineering",
        "My mixer hums when the laptop is plugged in",
        "Ground loop? The audio cleanup plugin does not remove it.",
    ),
    _case(
        "denies it",
        PODCAST,
        False,
        "podcasting",
        "Not looking for a podcast editor, just saying hi",
        "New here. We make a show about trains.",
    ),
    _case(
        "guide",
        PODCAST,
        False,
        "podcasting",
        "Free guide to podcast editing",
        "Here is how you can edit your podcast in half the time. First, you should cut your silence. Then you normalise. Your listeners will love you. If you want more, sign up for our newsletter.",
    ),
    _case(
        "quotes a request",
        PODCAST,
        False,
        "podcasting",
        "Someone asked for this",
        "> I need a podcast editor for my show, can anyone recommend one?\n\nThis question comes up weekly. Please read the wiki.",
    ),
    _case(
        "negative keyword",
        PASSWORDS,
        False,
        "sysadmin",
        "Lastpass giveaway: free licences",
        "Password manager giveaway, comment to win. Which password manager do you recommend?",
    ),
    _case(
        "excluded subreddit",
        PASSWORDS,
        False,
        "freestuff",
        "Which password manager should I get?",
        "Need one for the family.",
    ),
    _case(
        "maker of the same",
        PASSWORDS,
        False,
        "selfhosted",
        "I made a self-hosted password manager in Rust",
        "Open source, feedback on my code welcome. GitHub link below.",
    ),
    _case(
        "same word, other matter",
        PASSWORDS,
        False,
        "techsupport",
        "Forgot my Windows password",
        "Locked out of the laptop. How do I reset it?",
    ),
    _case(
        "opinion",
        PASSWORDS,
        False,
        "sysadmin",
        "Unpopular opinion: password managers are a single point of failure",
        "Change my mind. What do you all think?",
    ),
    _case(
        "seller of the same",
        DOG_FOOD,
        False,
        "Entrepreneur",
        "We launched a grain free dog food brand",
        "Our first 100 customers love it. Use code PAWS for 20% off.",
    ),
    _case(
        "thanks",
        DOG_FOOD,
        False,
        "dogs",
        "Thank you all, the itching is gone",
        "We switched to a hypoallergenic dog food and the problem is solved. Thanks for the advice.",
    ),
    _case("small talk", DOG_FOOD, False, "aww", "My itchy dog rolling in the grass", "He loves it."),
    _case(
        "seeks something else",
        DOG_FOOD,
        False,
        "cars",
        "Can anyone recommend a reliable estate car?",
        "Looking for something under $9000 for the family and the bikes. What should I buy?",
    ),
)
