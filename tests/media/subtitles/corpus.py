# ruff: noqa: RUF001 - letters of other scripts are what is tested
"""Sentences in many languages, and the encodings that subtitles in them come in."""

from __future__ import annotations

from unicodedata import normalize

SENTENCES = {
    "ar": (
        "هل رأيت مفاتيحي هذا الصباح؟",
        "لا، ربما تركتها في المطبخ.",
        "المطر لم يتوقف منذ أمس.",
        "سنسافر إلى البحر يوم الجمعة.",
        "أختي تعمل في المستشفى القريب.",
        "شكرا لك على القهوة.",
    ),
    "be": (
        "Ты бачыў мае ключы сёння раніцай?",
        "Не, можа, яны на кухні.",
        "Учора ўвесь дзень ішоў дождж.",
        "У пятніцу мы паедзем да мора.",
        "Мая сястра працуе ў бальніцы.",
        "Дзякуй вялікі за каву.",
    ),
    "bg": (
        "Виждал ли си ключовете ми тази сутрин?",
        "Не, може би са в кухнята.",
        "Вчера цял ден валя дъжд.",
        "В петък ще пътуваме до морето.",
        "Сестра ми работи в болницата.",
        "Благодаря ти за кафето.",
    ),
    "ca": (
        "Has vist les meves claus aquest matí?",
        "No, potser són a la cuina.",
        "Ahir va ploure tot el dia sense parar.",
        "Divendres anirem a la platja amb cotxe.",
        "La meva germana és metgessa a l'hospital.",
        "Això és tot, gràcies pel cafè, començarem demà.",
    ),
    "cs": (
        "Viděl jsi dnes ráno moje klíče?",
        "Ne, možná jsou v kuchyni na stole.",
        "Včera celý den pršelo a foukal vítr.",
        "V pátek pojedeme k moři, těšíš se?",
        "Moje sestra pracuje v nemocnici už šest let.",
        "Děkuji ti za kávu, byla výborná.",
    ),
    "da": (
        "Har du set mine nøgler i morges?",
        "Nej, måske ligger de i køkkenet.",
        "Det regnede hele dagen i går.",
        "På fredag rejser vi til havet.",
        "Min søster arbejder på hospitalet.",
        "Tak for kaffen, den var rigtig god, også kagen.",
    ),
    "de": (
        "Hast du heute früh meine Schlüssel gesehen?",
        "Nein, vielleicht liegen sie in der Küche.",
        "Gestern hat es den ganzen Tag geregnet.",
        "Am Freitag fahren wir ans Meer, schön, oder?",
        "Meine Schwester arbeitet im großen Krankenhaus.",
        "Danke für den Kaffee, er war köstlich.",
    ),
    "el": (
        "Είδες τα κλειδιά μου σήμερα το πρωί;",
        "Όχι, ίσως είναι στην κουζίνα.",
        "Χθες έβρεχε όλη την ημέρα.",
        "Την Παρασκευή θα πάμε στη θάλασσα.",
        "Η αδελφή μου δουλεύει στο νοσοκομείο.",
        "Άκουσε, σε ευχαριστώ για τον καφέ.",
    ),
    "en": (
        "Have you seen my keys this morning?",
        "No, maybe you left them in the kitchen.",
        "It rained all day yesterday, what a cliché.",
        "We are going to the sea on Friday.",
        "My sister works at the hospital café.",
        "Thank you for the coffee, it was naïve of me.",
    ),
    "es": (
        "¿Has visto mis llaves esta mañana?",
        "No, quizás están en la cocina.",
        "Ayer llovió todo el día sin parar.",
        "El viernes iremos a la playa con los niños.",
        "Mi hermana trabajó en el hospital.",
        "¡Muchas gracias por el café, señor!",
    ),
    "et": (
        "Kas sa nägid täna hommikul minu võtmeid?",
        "Ei, võib-olla on need köögis.",
        "Eile sadas terve päeva vihma.",
        "Reedel sõidame mere äärde, õhtul oleme kohal.",
        "Minu õde töötab haiglas juba üheksa aastat.",
        "Aitäh kohvi eest, see oli väga hea.",
    ),
    "fa": (
        "امروز صبح کليدهاي من را ديدي؟",
        "نه، شايد در آشپزخانه باشند.",
        "ديروز تمام روز باران مي باريد.",
        "جمعه به کنار دريا مي رويم.",
        "خواهرم در بيمارستان کار مي کند.",
        "براي قهوه خيلي ممنونم، چه خوب بود.",
    ),
    "fi": (
        "Oletko nähnyt avaimiani tänä aamuna?",
        "En, ehkä ne ovat keittiössä pöydällä.",
        "Eilen satoi vettä koko päivän.",
        "Perjantaina lähdemme meren rannalle.",
        "Siskoni työskentelee sairaalassa.",
        "Kiitos kahvista, se oli todella hyvää.",
    ),
    "fr": (
        "Où as-tu vu mes clés ce matin ?",
        "Je ne sais pas, peut-être à la cuisine.",
        "Hier, il a plu toute la journée, ça suffit !",
        "Vendredi, nous irons à la mer, ça te plaît ?",
        "Ma sœur a travaillé à l'hôpital dès l'été.",
        "Merci pour le café, il était très bon, garçon.",
    ),
    "he": (
        "ראית את המפתחות שלי הבוקר?",
        "לא, אולי הם במטבח.",
        "אתמול ירד גשם כל היום.",
        "ביום שישי ניסע לים.",
        "אחותי עובדת בבית החולים.",
        "תודה רבה על הקפה.",
    ),
    "hr": (
        "Jesi li jutros vidio moje ključeve?",
        "Ne, možda su u kuhinji na stolu.",
        "Jučer je cijeli dan padala kiša.",
        "U petak ćemo ići na more, veseliš li se?",
        "Moja sestra radi u bolnici već šest godina.",
        "Hvala ti na kavi, žao mi je što žuriš.",
    ),
    "hu": (
        "Láttad ma reggel a kulcsaimat?",
        "Nem, talán a konyhában vannak, az erdő mellett.",
        "Tegnap egész nap esett az eső.",
        "Pénteken a tengerhez utazunk, jó lesz.",
        "A nővérem a kórházban dolgozik.",
        "Köszönöm a kávét, nagyon finom volt, hűha.",
    ),
    "is": (
        "Hefur þú séð lyklana mína í morgun?",
        "Nei, kannski eru þeir í eldhúsinu.",
        "Það rigndi allan daginn í gær.",
        "Á föstudaginn förum við að sjónum.",
        "Systir mín vinnur á sjúkrahúsinu.",
        "Þakka þér fyrir kaffið, það var mjög gott.",
    ),
    "it": (
        "Hai visto le mie chiavi stamattina?",
        "No, forse sono in cucina, è probabile.",
        "Ieri è piovuto tutto il giorno, perché?",
        "Venerdì andremo al mare in città.",
        "Mia sorella lavorerà in ospedale.",
        "Grazie per il caffè, così è più buono.",
    ),
    "ja": (
        "今朝、私の鍵を見なかった？",
        "いいえ、台所にあるかもしれない。",
        "昨日は一日中雨が降っていました。",
        "金曜日に海へ行きます。",
        "姉は病院で働いています。",
        "コーヒーをありがとう、とてもおいしかった。",
    ),
    "ko": (
        "오늘 아침에 내 열쇠를 봤어?",
        "아니, 아마 부엌에 있을 거야.",
        "어제는 하루 종일 비가 왔어요.",
        "금요일에 바다에 갈 거예요.",
        "우리 누나는 병원에서 일해요.",
        "커피 정말 고마워요, 맛있었어요.",
    ),
    "lt": (
        "Ar matei šį rytą mano raktus?",
        "Ne, gal jie guli virtuvėje ant stalo.",
        "Vakar visą dieną lijo ir pūtė vėjas.",
        "Penktadienį važiuosime prie jūros, žinai?",
        "Mano sesuo dirba ligoninėje jau šešerius metus.",
        "Ačiū už kavą, šiandien ji labai gardi.",
    ),
    "lv": (
        "Vai tu šorīt redzēji manas atslēgas?",
        "Nē, varbūt tās ir virtuvē uz galda.",
        "Vakar visu dienu lija lietus, šķiet.",
        "Piektdien mēs brauksim pie jūras, vakarā.",
        "Mana māsa strādā slimnīcā jau sešus gadus.",
        "Paldies par kafiju, tā bija ļoti garšīga.",
    ),
    "mk": (
        "Дали ги виде моите клучеви утрово?",
        "Не, можеби се во кујната.",
        "Вчера цел ден врнеше дожд.",
        "Во петок ќе одиме на море, ѓаволе.",
        "Сестра ми работи во болницата.",
        "Ти благодарам за кафето, љубов моја.",
    ),
    "nb": (
        "Har du sett nøklene mine i morges?",
        "Nei, kanskje de ligger på kjøkkenet.",
        "Det regnet hele dagen i går.",
        "På fredag reiser vi til sjøen.",
        "Søsteren min jobber på sykehuset.",
        "Takk for kaffen, den var veldig god, også kaken.",
    ),
    "nl": (
        "Heb je vanmorgen mijn sleutels gezien?",
        "Nee, misschien liggen ze in de keuken, één ding.",
        "Gisteren heeft het de hele dag geregend, hè.",
        "Vrijdag gaan we naar zee, dat is een goed idee.",
        "Mijn zus werkt vóór acht uur in het ziekenhuis.",
        "Bedankt voor de koffie, ze was coördinator.",
    ),
    "pl": (
        "Czy widziałeś dziś rano moje klucze?",
        "Nie, może leżą w kuchni na stole.",
        "Wczoraj przez cały dzień padał śnieg.",
        "W piątek pojedziemy nad morze, cieszysz się?",
        "Moja siostra pracuje w szpitalu już sześć lat.",
        "Dziękuję za kawę, była świetna, źle się stało.",
    ),
    "pt": (
        "Viste as minhas chaves esta manhã?",
        "Não, talvez estejam na cozinha, então.",
        "Ontem choveu o dia inteiro, não é?",
        "Na sexta-feira vamos à praia com as crianças.",
        "A minha irmã trabalha no hospital há três anos.",
        "Muito obrigado pelo café, você é ótimo, avô.",
    ),
    "ro": (
        "Mi-ai văzut cheile în dimineaţa asta?",
        "Nu, poate că sînt în bucătărie, pe masă.",
        "Ieri a plouat toată ziua şi a bătut vîntul.",
        "Vineri mergem la mare, îţi place?",
        "Sora mea lucrează la spital de şase ani.",
        "Mulţumesc pentru cafea, a fost foarte bună.",
    ),
    "ru": (
        "Ты не видел мои ключи сегодня утром?",
        "Нет, может быть, они на кухне.",
        "Вчера весь день шёл дождь.",
        "В пятницу мы поедем к морю.",
        "Моя сестра работает в больнице.",
        "Спасибо за кофе, было очень вкусно.",
    ),
    "sk": (
        "Videl si dnes ráno moje kľúče?",
        "Nie, možno sú v kuchyni na stole.",
        "Včera celý deň pršalo a fúkal vietor.",
        "V piatok pôjdeme k moru, tešíš sa?",
        "Moja sestra pracuje v nemocnici už šesť rokov.",
        "Ďakujem ti za kávu, bola výborná.",
    ),
    "sl": (
        "Si danes zjutraj videl moje ključe?",
        "Ne, morda so v kuhinji na mizi.",
        "Včeraj je ves dan deževalo in pihal je veter.",
        "V petek bomo šli na morje, se veseliš?",
        "Moja sestra že šest let dela v bolnišnici.",
        "Hvala za kavo, bila je zelo dobra, žal.",
    ),
    "sr": (
        "Да ли си јутрос видео моје кључеве?",
        "Не, можда су у кухињи на столу.",
        "Јуче је цео дан падала киша.",
        "У петак ћемо ићи на море, ђаво.",
        "Моја сестра ради у болници већ шест година.",
        "Хвала ти на кафи, жао ми је што журиш.",
    ),
    "sv": (
        "Har du sett mina nycklar i morse?",
        "Nej, kanske ligger de i köket på bordet.",
        "Det regnade hela dagen i går kväll.",
        "På fredag åker vi till havet, är du glad?",
        "Min syster arbetar på sjukhuset sedan sex år.",
        "Tack för kaffet, det var jättegott.",
    ),
    "th": (
        "เมื่อเช้านี้คุณเห็นกุญแจของฉันไหม",
        "ไม่เห็น อาจจะอยู่ในครัว",
        "เมื่อวานฝนตกทั้งวัน",
        "วันศุกร์เราจะไปทะเลกัน",
        "พี่สาวของฉันทำงานที่โรงพยาบาล",
        "ขอบคุณสำหรับกาแฟ อร่อยมาก",
    ),
    "tr": (
        "Bu sabah anahtarlarımı gördün mü?",
        "Hayır, belki mutfaktadır, masanın üstünde.",
        "Dün bütün gün yağmur yağdı.",
        "Cuma günü denize gideceğiz, değil mi?",
        "Kız kardeşim altı yıldır hastanede çalışıyor.",
        "Kahve için teşekkür ederim, çok güzeldi, şimdi.",
    ),
    "uk": (
        "Ти не бачив мої ключі сьогодні вранці?",
        "Ні, можливо, вони на кухні.",
        "Учора цілий день ішов дощ.",
        "У п'ятницю ми поїдемо до моря.",
        "Моя сестра працює в лікарні.",
        "Дякую за каву, було дуже смачно, її звати Євгенія.",
    ),
    "vi": (
        "Sáng nay anh có thấy chìa khóa của tôi không?",
        "Không, có lẽ nó ở trong bếp.",
        "Hôm qua trời mưa suốt cả ngày.",
        "Thứ sáu chúng ta sẽ đi biển.",
        "Chị tôi làm việc ở bệnh viện.",
        "Cảm ơn anh vì ly cà phê.",
    ),
    "zh-Hans": (
        "你今天早上看见我的钥匙了吗？",
        "没有，也许在厨房里。",
        "昨天下了一整天的雨。",
        "星期五我们要去海边。",
        "我姐姐在医院工作。",
        "谢谢你的咖啡，很好喝。",
    ),
    "zh-Hant": (
        "你今天早上看見我的鑰匙了嗎？",
        "沒有，也許在廚房裡。",
        "昨天下了一整天的雨。",
        "星期五我們要去海邊。",
        "我姐姐在醫院工作。",
        "謝謝你的咖啡，很好喝。",
    ),
}
"""By language: six sentences of a dialogue."""

ENCODINGS = {
    "ar": "cp1256 iso8859_6 utf_16_le",
    "be": "cp1251",
    "bg": "cp1251",
    "ca": "cp1252",
    "cs": "cp1250 iso8859_2 cp852",
    "da": "cp1252 cp850",
    "de": "cp1252 iso8859_15 cp850",
    "el": "cp1253 iso8859_7 cp737",
    "en": "cp1252 utf_16_le",
    "es": "cp1252 iso8859_15 cp850",
    "et": "cp1257 iso8859_15 cp1252",
    "fa": "cp1256",
    "fi": "cp1252 iso8859_15",
    "fr": "cp1252 iso8859_15 mac_roman",
    "he": "cp1255 iso8859_8 cp862",
    "hr": "cp1250 iso8859_2 cp852",
    "hu": "cp1250 iso8859_2 cp852",
    "is": "cp1252",
    "it": "cp1252 cp850",
    "ja": "cp932 euc_jp iso2022_jp utf_16_le",
    "ko": "cp949 euc_kr johab",
    "lt": "cp1257 iso8859_13",
    "lv": "cp1257 iso8859_13",
    "mk": "cp1251",
    "nb": "cp1252 cp850",
    "nl": "cp1252",
    "pl": "cp1250 iso8859_2 cp852 utf_16_le",
    "pt": "cp1252 iso8859_15 cp850",
    "ro": "cp1250 iso8859_2",
    "ru": "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic utf_16_le utf_16_be",
    "sk": "cp1250 iso8859_2",
    "sl": "cp1250 iso8859_2",
    "sr": "cp1251",
    "sv": "cp1252 cp850",
    "th": "cp874",
    "tr": "cp1254 iso8859_9 cp857",
    "uk": "cp1251 koi8_u",
    "vi": "cp1258",
    "zh-Hans": "gb18030 hz",
    "zh-Hant": "big5",
}
"""By language: the encodings that are tried."""

PAIRS = [
    (language, encoding) for language, names in ENCODINGS.items() for encoding in names.split()
]


def encode(text: str, encoding: str) -> bytes:
    """Write *text* in *encoding*."""
    if encoding == "cp1258":  # it has marks for the tones, and vowels without
        text = _for_vietnamese(text)
    return text.encode(encoding)


def _for_vietnamese(text: str) -> str:
    """Take the tones off the letters, but not what else is above them."""
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    found: list[str] = []
    for letter in text:
        base = "".join(mark for mark in normalize("NFD", letter) if mark not in tones)
        tone = "".join(mark for mark in normalize("NFD", letter) if mark in tones)
        found.append(normalize("NFC", base) + tone)
    return "".join(found)


def subtitle(language: str, sentences: int = 6) -> str:
    """Return a SubRip file in *language*."""
    lines = SENTENCES[language][:sentences]
    return "\n".join(
        f"{number}\n00:00:{number:02},000 --> 00:00:{number:02},900\n{line}\n"
        for number, line in enumerate(lines, 1)
    )
