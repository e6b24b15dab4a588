# ruff: noqa: RUF001 - names in their own scripts
"""Codes and names of languages (ISO 639) and codes of regions (ISO 3166-1): the plain facts.

The names are those that people write into the names of files, in English and in the language
itself.
"""

from __future__ import annotations

SHORT = """
aa : aar : Afar : Qafar
ab : abk : Abkhaz/Abkhazian : Аԥсшәа
ae : ave : Avestan
af : afr : Afrikaans : Afrikaans
ak : aka : Akan : Akan
am : amh : Amharic : አማርኛ
an : arg : Aragonese : Aragonés
ar : ara : Arabic : العربية
as : asm : Assamese : অসমীয়া
av : ava : Avar
ay : aym : Aymara
az : aze : Azerbaijani : Azərbaycan
ba : bak : Bashkir : Башҡорт
be : bel : Belarusian : Беларуская
bg : bul : Bulgarian : Български
bh : bih : Bihari
bi : bis : Bislama
bm : bam : Bambara : Bamanakan
bn : ben : Bengali/Bangla : বাংলা
bo : bod/tib : Tibetan : བོད་སྐད
br : bre : Breton : Brezhoneg
bs : bos : Bosnian : Bosanski
ca : cat : Catalan/Valencian : Català
ce : che : Chechen : Нохчийн
ch : cha : Chamorro
co : cos : Corsican : Corsu
cr : cre : Cree
cs : ces/cze : Czech : Čeština
cu : chu : Church Slavonic
cv : chv : Chuvash : Чӑвашла
cy : cym/wel : Welsh : Cymraeg
da : dan : Danish : Dansk
de : deu/ger : German : Deutsch
dv : div : Divehi/Dhivehi : ދިވެހިބަސް
dz : dzo : Dzongkha : རྫོང་ཁ
ee : ewe : Ewe : Eʋegbe
el : ell/gre : Greek : Ελληνικά
en : eng : English : English
eo : epo : Esperanto : Esperanto
es : spa : Spanish/Castilian : Español
et : est : Estonian : Eesti
eu : eus/baq : Basque : Euskara
fa : fas/per : Persian/Farsi : فارسی
ff : ful : Fula/Fulani : Pulaar
fi : fin : Finnish : Suomi
fj : fij : Fijian
fo : fao : Faroese : Føroyskt
fr : fra/fre : French : Français
fy : fry : Frisian/West Frisian : Frysk
ga : gle : Irish : Gaeilge
gd : gla : Scottish Gaelic : Gàidhlig
gl : glg : Galician : Galego
gn : grn : Guarani : Avañe’ẽ
gu : guj : Gujarati : ગુજરાતી
gv : glv : Manx : Gaelg
ha : hau : Hausa : Hausa
he : heb : Hebrew : עברית
hi : hin : Hindi : हिन्दी
ho : hmo : Hiri Motu
hr : hrv : Croatian : Hrvatski
ht : hat : Haitian/Haitian Creole : Kreyòl Ayisyen
hu : hun : Hungarian : Magyar
hy : hye/arm : Armenian : Հայերեն
hz : her : Herero
ia : ina : Interlingua : Interlingua
id : ind : Indonesian : Bahasa Indonesia
ie : ile : Interlingue : Interlingue
ig : ibo : Igbo : Asụsụ Igbo
ii : iii : Nuosu : ꆈꌠꉙ
ik : ipk : Inupiaq
io : ido : Ido : Ido
is : isl/ice : Icelandic : Íslenska
it : ita : Italian : Italiano
iu : iku : Inuktitut : ᐃᓄᒃᑎᑐᑦ
ja : jpn : Japanese : 日本語
jv : jav : Javanese : Jawa
ka : kat/geo : Georgian : ქართული
kg : kon : Kongo
ki : kik : Kikuyu : Gĩgĩkũyũ
kj : kua
kk : kaz : Kazakh : Қазақша
kl : kal : Greenlandic : Kalaallisut
km : khm : Khmer/Cambodian : ខ្មែរ
kn : kan : Kannada : ಕನ್ನಡ
ko : kor : Korean : 한국어
kr : kau : Kanuri
ks : kas : Kashmiri : کٲشُر
ku : kur : Kurdish : Kurdî
kv : kom : Komi
kw : cor : Cornish : Kernewek
ky : kir : Kyrgyz/Kirghiz : Кыргызча
la : lat : Latin : Latina
lb : ltz : Luxembourgish : Lëtzebuergesch
lg : lug : Luganda : Luganda
li : lim : Limburgish
ln : lin : Lingala : Lingála
lo : lao : Lao/Laotian : ລາວ
lt : lit : Lithuanian : Lietuvių
lu : lub
lv : lav : Latvian : Latviešu
mg : mlg : Malagasy : Malagasy
mh : mah : Marshallese
mi : mri/mao : Maori/Māori : Māori
mk : mkd/mac : Macedonian : Македонски
ml : mal : Malayalam : മലയാളം
mn : mon : Mongolian : Монгол
mr : mar : Marathi : मराठी
ms : msa/may : Malay : Bahasa Melayu
mt : mlt : Maltese : Malti
my : mya/bur : Burmese : မြန်မာ
na : nau : Nauruan
nb : nob : Norwegian Bokmål/Norwegian Bokmal/Bokmål/Bokmal : Norsk bokmål
nd : nde : North Ndebele : isiNdebele
ne : nep : Nepali : नेपाली
ng : ndo : Ndonga
nl : nld/dut : Dutch/Flemish : Nederlands
nn : nno : Norwegian Nynorsk : Norsk nynorsk
no : nor : Norwegian : Norsk
nr : nbl : South Ndebele : isiNdebele
nv : nav : Navajo : Diné Bizaad
ny : nya : Chichewa/Nyanja : Nyanja
oc : oci : Occitan : Occitan
oj : oji : Ojibwa
om : orm : Oromo : Oromoo
or : ori : Odia/Oriya : ଓଡ଼ିଆ
os : oss : Ossetian : Ирон
pa : pan : Punjabi/Panjabi : ਪੰਜਾਬੀ
pi : pli : Pali
pl : pol : Polish : Polski
ps : pus : Pashto/Pushto : پښتو
pt : por : Portuguese : Português
qu : que : Quechua : Runasimi
rm : roh : Romansh : Rumantsch
rn : run : Kirundi : Ikirundi
ro : ron/rum : Romanian/Moldavian/Moldovan : Română
ru : rus : Russian : Русский
rw : kin : Kinyarwanda : Ikinyarwanda
sa : san : Sanskrit : संस्कृतम्
sc : srd : Sardinian : Sardu
sd : snd : Sindhi : سنڌي
se : sme : Northern Sami : Davvisámegiella
sg : sag : Sango : Sängö
si : sin : Sinhala/Sinhalese : සිංහල
sk : slk/slo : Slovak : Slovenčina
sl : slv : Slovenian/Slovene : Slovenščina
sm : smo : Samoan : Gagana Sāmoa
sn : sna : Shona : chiShona
so : som : Somali : Soomaali
sq : sqi/alb : Albanian : Shqip
sr : srp : Serbian : Српски
ss : ssw : Swati : siSwati
st : sot : Southern Sotho/Sesotho : Sesotho
su : sun : Sundanese : Basa Sunda
sv : swe : Swedish : Svenska
sw : swa : Swahili : Kiswahili
ta : tam : Tamil : தமிழ்
te : tel : Telugu : తెలుగు
tg : tgk : Tajik : Тоҷикӣ
th : tha : Thai : ไทย
ti : tir : Tigrinya : ትግርኛ
tk : tuk : Turkmen : Türkmen
tl : tgl : Tagalog : Tagalog
tn : tsn : Tswana : Setswana
to : ton : Tongan : Lea fakatonga
tr : tur : Turkish : Türkçe
ts : tso : Tsonga : Xitsonga
tt : tat : Tatar : Татар
tw : twi : Twi : Twi
ty : tah : Tahitian
ug : uig : Uyghur/Uighur : ئۇيغۇرچە
uk : ukr : Ukrainian : Українська
ur : urd : Urdu : اردو
uz : uzb : Uzbek : O‘zbek
ve : ven : Venda : Tshivenḓa
vi : vie : Vietnamese : Tiếng Việt
vo : vol : Volapük : Volapük
wa : wln : Walloon : Walon
wo : wol : Wolof : Wolof
xh : xho : Xhosa : IsiXhosa
yi : yid : Yiddish : ייִדיש
yo : yor : Yoruba : Èdè Yorùbá
za : zha : Zhuang : Vahcuengh
zh : zho/chi : Chinese/Mandarin : 中文
zu : zul : Zulu : isiZulu
"""
"""Languages with a code of two letters (ISO 639-1): that, those of three letters (ISO 639-2, T and
B), names in English, and the own name where it is known."""

LONG = """
ase : American Sign Language
ast : Asturian : Asturianu
bho : Bhojpuri : भोजपुरी
ceb : Cebuano : Cebuano
ckb : Central Kurdish/Sorani : کوردیی ناوەندی
cnr : Montenegrin : Crnogorski
crh : Crimean Tatar : Qırımtatarca
dsb : Lower Sorbian : Dolnoserbšćina
fil : Filipino : Filipino
fur : Friulian : Furlan
grc : Ancient Greek : Ἀρχαία ἑλληνική
gsw : Swiss German/Alemannic : Schwiizertüütsch
hak : Hakka : 客家話
haw : Hawaiian : ʻŌlelo Hawaiʻi
hsb : Upper Sorbian : Hornjoserbšćina
jbo : Lojban : Lojban
kab : Kabyle : Taqbaylit
kmr : Northern Kurdish/Kurmanji : Kurmancî
kok : Konkani : कोंकणी
lad : Ladino : Ladino
lmo : Lombard : Lumbaart
mai : Maithili : मैथिली
mni : Manipuri : মৈতৈলোন্
mul : Multiple Languages
nan : Taiwanese/Hokkien : 台語
nds : Low German/Low Saxon : Plattdüütsch
prs : Dari : دری
sah : Yakut : Саха тыла
sat : Santali : ᱥᱟᱱᱛᱟᱲᱤ
scn : Sicilian : Sicilianu
sco : Scots : Scots
sgs : Samogitian : Žemaitėška
syr : Syriac : ܣܘܪܝܝܐ
tet : Tetum : Tetun
tlh : Klingon : tlhIngan Hol
tok : Toki Pona : toki pona
tpi : Tok Pisin : Tok Pisin
vec : Venetian : Vèneto
wuu : Shanghainese : 吴语
yue : Cantonese : 粵語
"""
"""Languages with a code of three letters alone (ISO 639-2 and 639-3) that files are named by."""

OTHERS = """
ace ach ada ady afa afh ain akk ale alg alt ang anp apa arc arn arp art arw ath aus awa bad bai
bal ban bas bat bej bem ber bik bin bla bnt bra btk bua bug byn cad cai car cau cel chb chg chk
chm chn cho chp chr chy cmc cop cpe cpf cpp crp csb cus dak dar day del den dgr din doi dra dua
dum dyu efi egy eka elx enm ewo fan fat fiu fon frm fro frr frs gaa gay gba gem gez gil gmh goh
gon gor got grb gwi hai hil him hit hmn hup iba ijo ilo inc ine inh ira iro jpr jrb kaa kac kam
kar kaw kbd kha khi kho kmb kos kpe krc krl kro kru kum kut lah lam lez lol loz lua lui lun luo
lus mad mag mak man map mas mdf mdr men mga mic min mkh mnc mno moh mos mun mus mwl mwr myn myv
nah nai nap new nia nic niu nog non nqo nso nub nwc nym nyn nyo nzi osa ota oto paa pag pal pam
pap pau peo phi phn pon pra pro raj rap rar roa rom rup sad sai sal sam sas sel sem sga sgn shn
sid sio sit sla sma smi smj smn sms snk sog son srn srr ssa suk sus sux syc tai tem ter tig tiv
tkl tli tmh tog tsi tum tup tut tvl tyv udm uga umb vai vot wak wal war was wen xal yao yap ypk
zap zbl zen zgh znd zun zza
"""
"""The other codes of ISO 639-2: they are no words."""

REGIONS = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
"""ISO 3166-1, codes of two letters."""
