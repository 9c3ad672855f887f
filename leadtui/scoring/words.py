"""Tables of English words: the ordinary ones that say nothing about a product, and those that tell a trade."""

from __future__ import annotations


def _words(table: str) -> frozenset[str]:
    return frozenset(table.split())


FUNCTION_WORDS = _words(
    """
    a about across after all also am an and any are as at be because been being between both but by
    can could das de der did die do does doing done down each eight either else en et etc even ever
    every few five for four from get gets getting give go goes going got had has have having he her
    here him his how hundred i if in include includes including into is it its just keep la le let
    like made make makes many may me might mit more most mostly much must my near need needs nine no
    nor not of off on once one only onto or other our out over own per same seven she should six so
    some such ten than that the their them then there these they thirty this those three through to
    too twenty two un und under une until up upon us use used uses using very via want was we well
    were what when where which while who whom whose why will with within without would y yes yet you
    your yours
    """
)
"""Words that carry grammar, not matter; never part of a campaign's vocabulary."""

GENERIC_WORDS = _words(
    """
    account accounts add advice affordable agencies agency allow always app application apps area
    around asset assets automate automated automatic automatically available back based basic best
    better big bill book brand bring build builder builds built business businesses buy call
    campaign campaigns care cheap check choose class clean client clients color come companies
    company complete connect contact contacts content control cost create creates custom customer
    customers daily data day days deal deliver delivery design designed designs detail develop
    different digital direct discover easily easy email employee employees enterprise estimate
    estimates every everyone everything experience expert experts fast feature features fee file
    files find fix fixed flexible flow follow form founder founders free friendly full good great
    group grow growing growth guarantee guide hand handle hardware help helps high home hour hours
    house idea improve improves industry info information instant inventory item items job jobs
    keyword keywords kind know landing large launch lead leads learn level life light line link
    links list listing little live local look low made manage managed management manager managers
    market marketing member mobile modern money month monthly months name new news notes offer
    offers office online open optimization optimize order orders organization organize owner owners
    page pages paid part parts pay payment people perfect person personal phone pipeline place plan
    planning plans platform play point post power price prices pricing print private pro process
    product productivity products professional professionals profile program project projects
    provide provider quality question quick quickly quote quotes rank rate read ready real record
    records redesign reminder reminders remote repair repairs report reports request research result
    results review reviews right run runs safe sale sales save schedule school search secure self
    sell seller sellers send service services set setup share shop shops show side simple simply
    single site sites size skill small smart software solution solutions start startup startups step
    stop store stores student students studio studios support system systems target team teams tech
    technology term test text thing things ticket tickets time times tiny today together tool tools
    top track tracking traffic training turn type understand update user users value video view
    visit want watch way web website websites week weekly word work worker workers working works
    world write year years young
    """
)
"""Words so common in what businesses write that one of them proves little about the subject of a post."""

WORDS_THAT_ARE_NAMES = _words(
    """
    access ally amazon apollo apple base bear bench best bill bolt box buffer buy chase clay clean
    close clover coda copper costco craft craigslist crisp dell dice discover docs drift drive ebay
    etsy excel facebook fiverr forms frame fresh front ghost google greenhouse harvest heap height
    help hired hive honey hunter indeed insight instagram instantly intercom jungle keep later
    lenovo lever linear mail medium mercury meta microsoft mint mode monday monster nimble notion
    numbers outlook pages pilot prime project ramp reddit remote rocket sage scout segment sheets
    slack spark square streak stripe substack sunrise target teams things toast toggle upwork
    walmart wave wise word youtube zoom
    """
)
"""Ordinary words, or names of giants mentioned for a hundred reasons, that are names of products as well."""

TRADE_WORDS = _words(
    """
    applicant beta candidate career coupon course cv developer discount freelance freelancer hire
    hiring internship interview job launch launching recruit recruiting recruitment research resume
    salary sell seller staffing survey tester validate validation waitlist
    """
)
"""Words that elsewhere give away a seller, a recruiter, a maker or somebody who looks for work."""

PROVIDER_WORDS = _words(
    """
    accountant agency assistant attorney bookkeeper bookkeeping cleaner cleaning coach coaching
    consultancy consultant consulting contractor copywriter designer developer editor electrician
    expert firm installer lawyer marketer photographer plumber programmer repairs specialist studio
    technician translator tutor videographer writer
    """
)
"""Words for people and firms that are hired."""
