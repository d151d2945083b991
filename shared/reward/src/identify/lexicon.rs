//! Common words of the pool's Latin-script languages: what a short text shows before its letters do.
//!
//! Trigram statistics are poor on short arithmetic ("tre più sei fa nove" looks Portuguese to them), and
//! there are none for Swahili here. Common words are not: numbers, weekdays and months, which the tasks
//! know in every language anyway, and a few dozen particles, articles, pronouns and verbs a language.

use std::collections::HashMap;

use explang_language::{Language, Script};
use explang_tasks::calendar::{Month, Weekday};
use explang_tasks::numbers::spell;

/// The least share of a text's words that must be common in a language for the words to speak for it.
const LEAST_SHARE: f64 = 0.15;

/// Each word's languages, as bits by [`Language::index`].
pub(super) struct Lexicon {
    languages_of: HashMap<String, u32>,
}

impl Lexicon {
    /// The lexicon of those languages of `pool` that are written in Latin script.
    pub(super) fn new(pool: &[Language]) -> Lexicon {
        let mut lexicon = Lexicon {
            languages_of: HashMap::new(),
        };
        let latin = |l: &&Language| l.script() == Script::Latin;
        for language in pool.iter().filter(latin).copied() {
            lexicon.add(particles(language), language);
            // To 999, because Italian and German write a whole number as one word.
            for n in 0..1000 {
                lexicon.add(&spell(n, language), language);
            }
            lexicon.add(&spell(1000, language), language);
            lexicon.add(&spell(2000, language), language);
            for day in Weekday::ALL {
                lexicon.add(day.name(language), language);
            }
            for month in Month::ALL {
                lexicon.add(month.in_words(language), language);
            }
        }
        lexicon
    }

    fn add(&mut self, text: &str, language: Language) {
        for word in words(text) {
            *self.languages_of.entry(word).or_default() |= 1 << language.index();
        }
    }

    /// The languages that most of the text's words are common in: none where too few are common in any,
    /// one where the words decide, several where they do not.
    pub(super) fn candidates(&self, text: &str) -> Vec<Language> {
        let mut hits = [0_u32; Language::ALL.len()];
        let mut total = 0_u32;
        for word in words(text) {
            total += 1;
            if let Some(bits) = self.languages_of.get(&word) {
                for (i, hits) in hits.iter_mut().enumerate() {
                    *hits += bits >> i & 1;
                }
            }
        }
        let most = hits.into_iter().max().unwrap_or(0);
        if most == 0 || f64::from(most) < LEAST_SHARE * f64::from(total) {
            return Vec::new();
        }
        let best = |l: &Language| hits[l.index()] == most;
        Language::ALL.into_iter().filter(best).collect()
    }
}

/// The runs of letters, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Articles, prepositions, conjunctions, pronouns, common verbs, and the words that name an operation.
const fn particles(language: Language) -> &'static str {
    match language {
        Language::En => {
            "a an i the of and to in is are was be it that this for on with as at by from or not no has have he \
             she they we you his her their its all any one who which shall may his than then so what plus \
             minus times equals after before day days week month months hour hours minute minutes later \
             earlier everyone so then we get let first next because since therefore thus answer result step \
             number sum product each both side sides value check per also my compute half twice total if now there how many"
        }
        Language::Es => {
            "el la los las un una de del y e o en es son era ser a al que se su sus por para con sin no \
             lo le les como más menos toda todo todos toda persona tiene derecho este esta entonces si \
             cuando también igual día días semana mes meses hora horas minuto minutos después antes \
             respuesta resultado paso número suma producto cada ambos lado lados valor primero luego porque tanto \
             obtenemos calculamos sea área total mitad doble tenemos hay cuántos"
        }
        Language::Fr => {
            "le la les un une des de du d l et ou en est sont être à au aux que qui se s ce c son sa ses \
             pour par avec sans ne n pas il elle on nous vous leur leurs tout toute tous plus moins fois \
             font fait égale droit a dans sur jour jours semaine mois heure heures minute minutes après avant \
             donc alors réponse résultat étape nombre somme produit chaque côtés valeur abord puis car comme on \
             obtient calcule soit aire total moitié avons combien"
        }
        Language::De => {
            "der die das den dem des ein eine einen einer eines und oder in im ist sind war sein zu zum \
             zur von vom mit auf für an als auch nicht kein keine er sie es wir ihr sich hat haben jeder \
             jede recht plus minus mal gleich ergibt tag tage tagen woche monat monate monaten stunde stunden \
             uhr minute minuten nach vor also dann antwort ergebnis schritt zahl summe produkt beide \
             seiten wert zuerst weil da erhalten berechnen sei insgesamt hälfte doppelt wie viele pro"
        }
        Language::It => {
            "il lo la i gli le un uno una di del dello della dei degli delle e ed o in nel nella è sono \
             essere a al alla che si suo sua suoi per con da dal non ogni individuo ha diritto più meno \
             volte fa fanno uguale come questo questa giorno giorni settimana mese mesi ora ore minuto minuti \
             dopo prima quindi risposta risultato passo numero somma prodotto ogni entrambi lato valore poi \
             poiché perché otteniamo calcoliamo sia allora area totale metà doppio abbiamo quanti"
        }
        Language::Pt => {
            "o a os as um uma de do da dos das e ou em no na nos nas é são ser ao à que se seu sua seus \
             suas por pelo pela para com sem não todo toda todos pessoa tem direito mais menos vezes igual \
             este esta como dia dias semana mês meses hora horas minuto minutos depois antes \
             portanto resposta resultado passo número soma produto cada ambos lado lados valor primeiro porque \
             obtemos calculamos seja então área total metade dobro temos quantos há dá"
        }
        Language::Vi => {
            "và là của có không được trong với các những một người cho để từ tại theo về này đó khi thì \
             mọi đều quyền cộng trừ nhân bằng sau trước ngày tuần tháng giờ phút rưỡi kém vậy đáp kết quả bước tổng mỗi hai vế giá trị hết vì nên ta tính diện tích tất cả \
             gấp đôi bao nhiêu đặt"
        }
        Language::Id => {
            "yang dan di ke dari untuk dengan atau dalam pada ini itu adalah tidak akan telah oleh sebagai \
             orang setiap berhak atas hak ada juga karena sama seperti tambah ditambah kurang dikurangi \
             kali dikali sama hari minggu bulan jam menit setelah sesudah sebelum lewat setengah pukul jadi maka jawabannya hasil hasilnya langkah jumlah kedua ruas sisi nilai pertama kita \
             hitung peroleh luas total berapa masing misalkan"
        }
        Language::Ro => {
            "un o unei unui de din la în și sau a al ale ai este sunt e fi pe cu pentru prin că care ce se \
             să nu orice persoană are dreptul sa său lui ei lor toate tot acest această ori plus minus fac \
             face egal zi zile săptămână lună luni oră ore minut minute după înainte deci răspunsul rezultatul pasul numărul suma produsul fiecare ambele părți valoarea mai \
             întâi apoi deoarece obținem calculăm fie atunci aria total jumătate dublu avem câte câți"
        }
        Language::Sw => {
            "na ya wa kwa za la ni katika kila ana haki mtu watu wote yote zote lote yake wake zake lake \
             chake vyake wao yao zao hii hiyo huu huo hilo hizo hao huyo hayo hivyo bila wala pia kama \
             ndiyo ndio sio si vya cha kuwa kati baada kabla siku wiki mwezi miezi mwaka saa dakika nusu \
             robo kasoro kasorobo ambao ambaye ambayo ambazo lazima kutoka jumla jumlisha kujumlisha toa \
             kutoa ondoa zidisha kuzidisha mara sawa au mmoja miwili mitatu minne mitano minane hivyo basi jibu matokeo hatua namba \
             pande thamani kwanza kisha sababu tunapata eneo mbili ngapi gani"
        }
        _ => "",
    }
}
