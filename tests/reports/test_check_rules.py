"""Sentences and small tables, wrong and right, in many wordings and layouts."""

from __future__ import annotations

import pytest

from upstream.reports.check import check_tables, check_text
from upstream.reports.check.reading.html import read_html
from upstream.reports.check.reading.sheets import read_csv

WRONG = (
    "Burglary increased 8% (117) to 1,257 from 1,448.",
    "Robbery fell by 12% in June, from 88 offences to 94.",
    "Knife crime is down 10 per cent, from 200 to 150.",
    "There has been a 25% rise in hate crime, with 90 offences compared to 80 last year.",
    "Shoplifting offences went from 640 to 812, a decrease of 27%.",
    "The number of calls dropped to 5,210 (from 4,980).",
    "Calls have doubled, from 310 to 455.",
    "Arrests halved from 60 to 45.",
    "Violent crime saw a 5% reduction (52 fewer offences), from 1,040 to 1,003.",
    "A total of 420 burglaries were recorded compared with 380 in the previous quarter, a fall of 40.",
    "Vehicle crime increased by 50 offences (12%) from 400 to 448.",
    "Recorded offences remained unchanged at 512, compared with 540.",
    "60% (4) of areas achieved green.",
    "Of the 40 cases, 12 (25%) resulted in a charge.",
    "17 out of 50 victims (44%) were dissatisfied.",
    "Satisfaction improved by 3 percentage points from 71% to 76%.",
    "Confidence fell from 81% to 84%.",
    "Compared with 300 in the previous year, domestic abuse rose to 270.",
    "Theft: 230 this month (up from 245).",
    "Public order offences were 14% lower, at 310 against 290.",
    "We achieved 87% against a target of 90%, exceeding the target.",
    "The 90% target was met, with 86% of calls answered.",
    "Performance was 72%, above the target of 75%.",
    "Q1 (July - September) saw little change.",
    "Over the 12 months to June 2022 (August 2021 to June 2022) volumes were steady.",
    "In June 2022 there were fewer incidents than in the same month last year (June 2020).",
    "The inspection took place on 31 June 2022.",
    "120% of victims were contacted within the week.",
    "Response time averaged 14:20 against a target of 12 minutes and was within target.",
    "Burglary rose for a third time: 15% more (30) on 250.",
    "Offences fell 3.2% to 4,310 (2021: 4,120).",
    "ASB incidents: 1,020, a 9% increase on the 980 recorded last June.",
    "Robbery is 30% higher than last year (65 v 55).",
    "Sickness has trebled from 2% to 4%.",
    "The ratio of students to tutors is 0.65, with 321 students and 210 tutors.",
    "Stop searches rose by 200, from 1,100 to 1,200.",
    "There were 90 fewer thefts this quarter: 410 compared with 480.",
    "Complaints reduced from 55 in May 2022 to 61 in June 2022.",
    "101 abandonment rate rose from 24.5% to 22.1%.",
)

RIGHT = (
    "Burglary increased 8% (97) to 1,257 from 1,160.",
    "Robbery rose by 7% in June, from 88 offences to 94.",
    "There has been a 12.5% rise in hate crime, with 90 offences compared to 80 last year.",
    "The number of calls dropped to 4,980 (from 5,210).",
    "Calls have nearly doubled, from 310 to 595.",
    "The 999 service answered 90% of calls within 10 seconds, up from 88% in 2021.",
    "In 2022, 5 of the 20 plans (25%) were closed.",
    "Total crime rose by 20% while burglary fell by 5%.",
    "Between April and June 2022 the force recorded 1,200 incidents, of which 300 (25%) "
    "were closed and 40 were referred.",
    "Volumes are 30% above the 2019 baseline and 5% below 2021.",
    "Satisfaction is 71%, a 2% increase on the previous year and above the target of 70%.",
    "We recruited 25 officers in 2021/22 and 40 in 2022/23, an increase of 15.",
    "The increase from 5 to 7 staff in 3 areas cost £12,000.",
    "The target is 90%; performance was 86% and so the target was not met.",
    "86% of calls were answered in time, below the 90% target.",
    "Performance of 72% missed the 75% target by 3 percentage points.",
    "Grade 1 incidents are attended within 15 minutes; 82% were attended in time against a target of 80%.",
    "Of 40 cases, 10 (25%) resulted in a charge, a decrease of 5 percentage points from 30%.",
    "Q2 2022/23 (July to September) follows Q1 2022/23 (April to June).",
    "The rolling 12 months to June 2022 (July 2021 to June 2022) show a 4% fall.",
    "In June 2022 volumes were 10% lower than in the same month last year (June 2021).",
    "Crime in Area 7 fell by 12%, the third consecutive monthly decrease.",
    "Sickness fell by 0.4 percentage points from 4.5% to 4.1%.",
    "There were 312 offences in June (up 12), of which 20 were repeat; arrests fell by 4 to 51.",
    "Officers attended 1,050 incidents in 2 hours or less, more than 60% of the 1,700 received.",
    "The force's budget rose from £210.5m to £221.0m (5%).",
    "The rate of 12.5 per 1,000 is lower than the 14.1 recorded by similar forces.",
    "Reports rose 4% to 2,080 in the year ending March 2022 compared with 2,000 in the year ending March 2021.",
    "By May the total had reached 500, up by 100 since March, a 25% increase.",
    "Fewer than 10 offences a month were recorded, down from more than 20 a month in 2019.",
    "The team of 12 dealt with 340 referrals, 15% more than the 296 of last year.",
    "At least 95% of staff must complete training by 31 March 2023; 91% have done so, so "
    "the target has not yet been met.",
    "Response times improved from 14 minutes to 12 minutes.",
    "Median time fell from 157 days to 150 days.",
    "Burglary dwelling offences decreased by 10% (22) from 220 to 198, while vehicle "
    "offences increased by 10% (30) from 300 to 330.",
    "Half of all offences (51%) occurred at weekends, with 120 on Saturdays and 98 on Sundays.",
    "The proportion solved rose from 10% to 12%, an increase of 20%.",
    "There are 146 plans, of which 7 are amber and 1 is red.",
    "Force-wide, 1,926 crimes were recorded, exceeding the upper limit of 1,839.",
    "The 2021 figure was 1,450 and the 2022 figure 1,520, an increase of 5%.",
    "Complaints rose by a third, from 60 to 80.",
)


@pytest.mark.parametrize("text", WRONG)
def test_wrong_sentence_is_found(text: str) -> None:
    assert check_text(text).findings


@pytest.mark.parametrize("text", RIGHT)
def test_right_sentence_is_left_alone(text: str) -> None:
    assert [f.arithmetic for f in check_text(text).findings] == []


def counts_of(csv: str) -> dict[str, int]:
    pages = read_csv(csv, "given.csv")
    return check_tables(pages.tables, pages.sentences).counts()


AREAS = (
    "District,Apr 2024,May 2024,Jun 2024,Total\nAlder,100,120,90,310\nBirch,80,85,95,"
    "260\nCedar,200,190,210,600\nForce,380,395,395,1170\n"
)
CHANGES = (
    "Crime type,Jun 2024,Jun 2023,Change,% change\nBurglary,110,100,10,10%\nRobbery,45,"
    "50,-5,-10%\nTheft,330,300,30,10%\nFraud,24,20,4,20%\n"
)
BUDGET = "Budget head,Budget,Actual,Variance\nPay,1200,1250,50\nFleet,300,280,(20)\nICT,150,155,5\nTotal,1650,1685,35\n"
FLAGS = (
    "Measure,Lower limit,Upper limit,Volume,Signal\nBurglary,80,120,131,Above "
    "upper\nRobbery,20,40,33,None\nTheft,300,400,280,Below lower\n"
)
TARGETS = (
    "KPI,Target,Actual,Status\n999 answered in 10s,90%,92%,Met\n101 answered in 30s,80%,"
    "45%,Not met\nSickness rate,4%,5.1%,Not met\nVictim satisfaction,75%,71%,Not met\n"
)
RATIOS = "Team,Supervisors,Constables,Ratio\nA,4,20,1:5\nB,5,35,1:7\nC,6,36,1:6\n"
NAMED_RATIOS = "Team,Officers,Investigations,Investigations per officer\nA,10,80,8.0\nB,20,100,5.0\nC,16,72,4.5\n"
MONTHS = (
    "Month,Burglary,Robbery\nJan 2024,120,30\nFeb 2024,110,35\nMar 2024,130,28\nApr 2024,"
    "125,31\nMay 2024,140,29\nTotal,625,153\n"
)
SHARES = "Outcome,Number,% of total\nCharged,50,25%\nCaution,30,15%\nNo suspect,120,60%\nTotal,200,100%\n"
YEARS = "Measure,Jun 2024,Year to date\nBurglary,120,350\nRobbery,40,115\nTheft,310,900\n"


@pytest.mark.parametrize("table", [AREAS, CHANGES, BUDGET, FLAGS, TARGETS, RATIOS, NAMED_RATIOS, MONTHS, SHARES, YEARS])
def test_right_table_is_left_alone(table: str) -> None:
    assert counts_of(table) == {}


@pytest.mark.parametrize(
    ("table", "old", "new", "rule"),
    [
        (AREAS, "395,395,1170", "395,405,1170", "parts_do_not_sum"),
        (AREAS, "Birch,80", "Birch,88", "parts_do_not_sum"),
        (AREAS, "80,85,95,260\nCedar,200,190", "80,190,95,260\nCedar,200,85", "rows_swapped"),
        (CHANGES, "330,300,30,10%", "330,300,30,9%", "percent_does_not_follow"),
        (CHANGES, "45,50,-5", "45,50,-15", "percent_does_not_follow"),
        (CHANGES, "Jun 2023,Change,% change", "Jun 2022,Change,% change on last year", "wrong_period_label"),
        (BUDGET, "(20)", "(30)", "percent_does_not_follow"),
        (FLAGS, "Above upper", "None", "outside_limits_not_listed"),
        (FLAGS, "33,None", "33,Above upper", "listed_inside_limits"),
        (FLAGS, "20,40,33", "40,20,33", "impossible_value"),
        (TARGETS, "45%,Not met", "45%,Met", "target_claim_wrong"),
        (TARGETS, "5.1%,Not met", "5.1%,Met", "target_claim_wrong"),
        (RATIOS, "1:7", "7:1", "ratio_wrong_way"),
        (NAMED_RATIOS, "100,5.0", "100,0.2", "ratio_wrong_way"),
        (MONTHS, "625", "635", "parts_do_not_sum"),
        (MONTHS, "Mar 2024", "Mar 2023", "wrong_period_label"),
        (SHARES, "15%", "25%", "percent_does_not_follow"),
        (YEARS, "40,115", "40,35", "impossible_value"),
    ],
)
def test_wrong_table_is_found(table: str, old: str, new: str, rule: str) -> None:
    assert old in table
    assert rule in counts_of(table.replace(old, new))


LIMITS = """<h2>Limits</h2><table><thead><tr><th rowspan=2>Measure</th><th colspan=2>Control limits</th>
<th rowspan=2>Jun 2024</th></tr><tr><th>Upper</th><th>Lower</th></tr></thead><tbody>
<tr><th>Burglary</th><td>120</td><td>80</td><td>131</td></tr><tr><th>Robbery</th><td>40</td><td>20</td><td>33</td></tr>
<tr><th>Theft</th><td>400</td><td>300</td><td>350</td></tr></tbody></table>"""


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ("Burglary was above its upper control limit.", set()),
        ("No measures were outside their limits.", {"outside_limits_not_listed"}),
        ("Burglary and theft were above their upper control limits.", {"listed_inside_limits"}),
        ("The only exceptional volume was robbery.", {"outside_limits_not_listed", "listed_inside_limits"}),
    ],
)
def test_lists_of_exceptional_volumes(said: str, rules: set[str]) -> None:
    pages = read_html(f"{LIMITS}<p>{said}</p>".encode(), "limits.html")
    assert set(check_tables(pages.tables, pages.sentences).counts()) == rules


REPORT = """# North
| Measure | Jun 2024 | May 2024 | Apr 2024 | Mar 2024 |
|---|---|---|---|---|
| Burglary | 120 | 100 | 140 | 90 |
| Robbery | 40 | 50 | 55 | 60 |
| Theft | 300 | 310 | 320 | 330 |

{said}
"""


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Burglary rose 20% in June 2024 compared with the previous month.", None),
        ("Robbery fell for the third consecutive month.", None),
        ("Burglary fell 20% in June 2024 compared with the previous month.", "sentence_cannot_hold"),
        ("Burglary rose 17% in June 2024 compared with the previous month.", "sentence_cannot_hold"),
        ("Burglary was at its highest since March 2024.", "sentence_cannot_hold"),
        ("Burglary rose for the third consecutive month.", "sentence_cannot_hold"),
        ("In June 2024 there were 130 burglary offences.", "fact_quoted_differently"),
    ],
)
def test_sentences_against_tables(said: str, rule: str | None) -> None:
    assert set(check_text(REPORT.format(said=said)).counts()) == ({rule} if rule else set())
