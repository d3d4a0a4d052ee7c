"""The words of made invoices: what real ones in eight languages call their parts, several names for each."""

from __future__ import annotations

from typing import NamedTuple

_KEYS = (
    "title", "credit", "number", "date", "due", "delivery", "order", "customer", "vat_id", "bill_to", "seller",
    "pos", "item", "name", "qty", "unit", "price", "discount", "rate", "amount", "lines", "allowance", "charge", "net",
    "tax", "gross", "prepaid", "payable", "terms", "carried", "brought", "notes",
)  # fmt: skip


class Locale(NamedTuple):
    """How one language writes an invoice. `dates` are strftime patterns; `marks` the thousands and decimal marks."""

    words: dict[str, list[str]]
    dates: tuple[str, ...]
    marks: tuple[str, ...]
    country: str
    currency: str
    rates: tuple[str, ...]
    companies: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[str, ...]
    goods: tuple[str, ...]
    units: tuple[str, ...]


def _words(text: str) -> dict[str, list[str]]:
    lines = [line.strip() for line in text.strip().splitlines()]
    return {key: line.split("|") for key, line in zip(_KEYS, lines, strict=True)}


_EN = """INVOICE|Tax Invoice|Invoice
CREDIT NOTE|Credit Note
Invoice No|Invoice Number|Invoice #|Document No.
Invoice Date|Date of issue|Date
Due Date|Payment due|Please pay by
Delivery date|Date of supply
PO Number|Your order|Order No.
Customer No.|Account number
VAT Reg No|VAT number|VAT ID
Bill To|Invoice to|Customer|Sold to
From|Seller|Supplier
#|Pos|Line
Item|SKU|Code
Description|Item description|Details
Qty|Quantity|Hours
Unit|UOM
Unit Price|Price|Rate
Disc. %|Discount
VAT %|VAT|Tax
Amount|Line total|Net amount
Subtotal|Total lines
Discount|Less discount
Shipping|Carriage|Freight
Net total|Total excl. VAT|Net amount
VAT|VAT amount|Tax
Total|Grand total|Total incl. VAT|Invoice total
Amount paid|Deposit paid|Less prepayment
Amount due|Balance due|Total due
Payment terms: 30 days net.|Terms: net 30
Carried forward|Subtotal carried forward
Brought forward|Balance brought forward
Thank you for your business.|Goods remain our property until paid in full."""
_DE = """Rechnung|RECHNUNG
Gutschrift|Rechnungskorrektur|Stornorechnung
Rechnungsnummer|Rechnungs-Nr.|Rechnung Nr.|Beleg-Nr.
Rechnungsdatum|Datum|Belegdatum
Fällig am|Zahlbar bis|Fälligkeitsdatum
Lieferdatum|Leistungsdatum
Bestellnummer|Ihre Bestellung|Ihre Bestell-Nr.
Kundennummer|Kunden-Nr.|Kd.-Nr.
USt-IdNr.|USt.-ID|Umsatzsteuer-ID
Rechnung an|Rechnungsempfänger|Kunde
Lieferant|Rechnungssteller|Verkäufer
Pos.|Pos|Nr.
Artikel-Nr.|Art.-Nr.|Artikelnummer
Bezeichnung|Beschreibung|Leistung
Menge|Anzahl
Einheit|ME
Einzelpreis|E-Preis|Preis/Einheit
Rabatt|Rabatt %
MwSt.|USt. %|MwSt %
Gesamt|Gesamtpreis|Betrag
Zwischensumme|Summe Positionen|Warenwert
Rabatt|Nachlass
Versandkosten|Fracht|Verpackung
Nettobetrag|Summe netto|Netto
MwSt.|Umsatzsteuer|USt.
Gesamtbetrag|Rechnungsbetrag|Bruttobetrag|Endbetrag
Anzahlung|Bereits gezahlt|abzgl. Anzahlung
Zahlbetrag|Noch zu zahlen|Offener Betrag
Zahlbar innerhalb von 30 Tagen ohne Abzug.|Zahlungsbedingungen: 30 Tage netto
Übertrag|Zwischensumme Seite
Übertrag von Seite 1|Übertrag
Vielen Dank für Ihren Auftrag.|Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum."""
_FR = """FACTURE|Facture
AVOIR|Facture d'avoir
Facture n°|N° de facture|Numéro de facture
Date de facture|Date d'émission|Date
Date d'échéance|Échéance|À payer avant le
Date de livraison|Date de prestation
N° de commande|Votre commande|Bon de commande
N° client|Code client
N° TVA|TVA intracommunautaire|N° TVA intracom.
Facturé à|Client|Adresse de facturation
Émetteur|Vendeur|Fournisseur
N°|Ligne
Réf.|Référence|Code
Désignation|Description|Libellé
Qté|Quantité
Unité|U.
P.U. HT|Prix unitaire HT|Prix unitaire
Remise|Rem. %
TVA|Taux TVA|TVA %
Montant HT|Total HT|Montant
Sous-total|Total lignes
Remise|Remise globale
Frais de port|Transport
Total HT|Montant HT|Total hors taxes
TVA|Total TVA|Montant TVA
Total TTC|Montant TTC
Acompte versé|Déjà réglé|Acompte
Net à payer|Reste à payer|Solde à payer
Conditions de paiement : 30 jours net|Paiement à 30 jours fin de mois.
À reporter|Report à suivre
Report
Pas d'escompte pour paiement anticipé.|Merci de votre confiance."""
_ES = """FACTURA|Factura
FACTURA RECTIFICATIVA|Nota de abono|Abono
Nº factura|Número de factura|Factura nº
Fecha|Fecha factura|Fecha de emisión
Vencimiento|Fecha de vencimiento
Fecha de entrega|Fecha de operación
Su pedido|Nº pedido|Pedido nº
Nº cliente|Código cliente
NIF|CIF|NIF/IVA
Cliente|Facturar a|Datos del cliente
Emisor|Vendedor|Proveedor
Nº|Lín.
Código|Referencia|Ref.
Descripción|Concepto|Artículo
Cantidad|Cant.|Uds.
Ud.|Unidad
Precio|Precio unitario|Precio ud.
Dto.|Dto. %
IVA|% IVA|IVA %
Importe|Total|Importe neto
Suma|Subtotal|Total líneas
Descuento|Dto. comercial
Portes|Gastos de envío
Base imponible|Total neto|Importe neto
IVA|Cuota IVA|Total IVA
Total factura|TOTAL|Importe total
Anticipo|Pagado|Entrega a cuenta
Total a pagar|Pendiente|A pagar
Forma de pago: transferencia a 30 días|Condiciones de pago: 30 días
Suma y sigue
Suma anterior
Gracias por su confianza.|Inscrita en el Registro Mercantil."""
_IT = """FATTURA|Fattura
NOTA DI CREDITO|Nota di credito
Fattura n.|Numero fattura|N. fattura|Numero documento
Data fattura|Data|Data documento
Scadenza|Data scadenza
Data consegna|Data di consegna
Vs. ordine|Ordine n.|Rif. ordine
Codice cliente|Cod. cliente
P.IVA|Partita IVA
Spett.le|Cliente|Cessionario/committente
Fornitore|Cedente/prestatore
N.|Riga
Codice|Cod. articolo|Articolo
Descrizione|Descrizione dei beni
Q.tà|Quantità|Qtà
U.M.|UM
Prezzo unitario|Prezzo|Prezzo un.
Sconto|Sc. %
IVA|% IVA|Aliquota
Importo|Totale|Prezzo totale
Totale merce|Totale righe|Subtotale
Sconto|Abbuono
Spese di trasporto|Spese accessorie|Trasporto
Imponibile|Totale imponibile
IVA|Totale IVA|Imposta
Totale fattura|Totale documento|TOTALE
Acconto|Acconto versato
Netto a pagare|Totale da pagare|Saldo
Pagamento: bonifico 30 gg f.m.|Condizioni di pagamento: 30 giorni data fattura
Riporto|A riportare
Riporto da pagina precedente|Riporto
Contributo ambientale assolto ove dovuto.|Grazie per la preferenza."""
_NL = """FACTUUR|Factuur
CREDITNOTA|Creditfactuur
Factuurnummer|Factuurnr.|Factuur nr.
Factuurdatum|Datum
Vervaldatum|Te betalen voor|Uiterste betaaldatum
Leverdatum|Leveringsdatum
Uw referentie|Ordernummer|Uw bestelling
Klantnummer|Debiteurnummer
Btw-nummer|BTW-nr.|Btw-id
Factuur aan|Klant|Factuuradres
Leverancier|Verkoper|Afzender
Nr.|Regel
Artikelnr.|Artikel|Artikelcode
Omschrijving|Beschrijving
Aantal|Hoeveelheid
Eenheid|Eenh.
Prijs|Stukprijs|Prijs per stuk
Korting|Korting %
Btw|Btw %|BTW-tarief
Bedrag|Totaal|Bedrag excl. btw
Subtotaal|Totaal regels
Korting
Verzendkosten|Transportkosten
Totaal excl. btw|Netto bedrag|Totaal exclusief btw
Btw|Totaal btw|Btw-bedrag
Totaal incl. btw|Totaalbedrag|Factuurbedrag|Totaal
Aanbetaling|Reeds betaald
Te betalen|Openstaand bedrag|Nog te betalen
Betalingstermijn: 30 dagen|Betaling binnen 30 dagen na factuurdatum.
Transport|Transporteren
Transport vorige pagina
Wij danken u voor uw opdracht.|Op al onze leveringen zijn onze voorwaarden van toepassing."""
_PT = """FATURA|Fatura
NOTA DE CRÉDITO|Nota de crédito
Fatura n.º|Número da fatura|Nº da fatura
Data|Data de emissão|Data da fatura
Vencimento|Data de vencimento
Data de entrega|Data da entrega
V/ encomenda|Encomenda n.º|Nota de encomenda
Nº cliente|Código de cliente
NIF|Contribuinte n.º|NIPC
Exmo.(s) Sr.(s)|Cliente|Faturar a
Emitente|Fornecedor
Nº|Linha
Código|Artigo|Ref.
Descrição|Designação
Qtd.|Quantidade
Un.|Unidade
Preço unitário|Preço un.|Pr. unitário
Desc. %|Desconto
IVA|Taxa IVA|IVA %
Total|Valor|Total líquido
Total ilíquido|Subtotal|Soma
Desconto|Desconto comercial
Portes|Despesas de envio
Total líquido|Incidência|Total sem IVA
IVA|Total IVA|Valor do IVA
Total|Total com IVA|Total do documento
Adiantamento|Valor pago
Total a pagar|A pagar|Valor a pagar
Condições de pagamento: 30 dias|Pagamento a 30 dias
A transportar
Transporte
Os bens foram colocados à disposição do adquirente na data do documento.|Obrigado pela preferência."""
_PL = """FAKTURA|Faktura VAT|Faktura
FAKTURA KORYGUJĄCA|Faktura korygująca
Numer faktury|Nr faktury|Faktura nr
Data wystawienia|Data faktury
Termin płatności|Termin zapłaty
Data sprzedaży|Data dostawy
Nr zamówienia|Zamówienie|Numer zamówienia
Nr klienta|Kod klienta
NIP
Nabywca|Kupujący
Sprzedawca|Wystawca
Lp.|Lp
Kod|Indeks|Symbol
Nazwa towaru lub usługi|Nazwa|Opis
Ilość
J.m.|Jm.
Cena netto|Cena jedn. netto|Cena jednostkowa
Rabat %|Rabat
VAT|Stawka VAT|VAT %
Wartość netto|Wartość
Suma pozycji|Wartość pozycji
Rabat|Upust
Koszt dostawy|Transport
Razem netto|Wartość netto|Suma netto
VAT|Kwota VAT|Podatek VAT
Razem brutto|Do zapłaty razem|Wartość brutto
Zaliczka|Zapłacono
Do zapłaty|Pozostało do zapłaty
Sposób zapłaty: przelew 30 dni|Płatność przelewem w terminie 30 dni.
Do przeniesienia
Z przeniesienia
Dziękujemy za współpracę.|Towar pozostaje własnością sprzedawcy do czasu zapłaty."""

LOCALES = {
    "en": Locale(
        _words(_EN), ("%d %B %Y", "%d/%m/%Y", "%d-%b-%Y", "%Y-%m-%d"), (",.",), "GB", "GBP", ("20", "5"),
        ("Fenwick Tools Ltd", "Marlow & Sons Limited", "Peak Data Services LLP", "Ashdown Catering Ltd"),
        ("12 Foundry Road", "Unit 4, Dock Lane", "88 Station Street"),
        ("Leeds LS1 4AP", "Bristol BS1 6QF", "Norwich NR3 1AU"),
        ("Hex bolt M8 x 40", "Consulting, phase 2", "A4 paper, 80 g", "Maintenance visit", "Filter cartridge"),
        ("pcs", "hrs", "box"),
    ),
    "us": Locale(
        _words(_EN), ("%m/%d/%Y", "%B %d, %Y", "%b %d, %Y"), (",.",), "US", "USD", ("8.25", "0"),
        ("Redwood Supply Inc.", "Lakeside Software LLC", "Granite Hauling Corp", "Northgate Medical Inc."),
        ("410 Market Street", "2200 Elm Ave, Suite 310", "77 Harbor Blvd"),
        ("Portland, OR 97205", "Austin, TX 78701", "Columbus, OH 43215"),
        ("Pallet wrap 18 in", "Support plan, monthly", "Copper tubing", "On-site training"), ("ea", "hr", "case"),
    ),
    "de": Locale(
        _words(_DE), ("%d.%m.%Y", "%d. %B %Y", "%d.%m.%y"), (".,", "',", " ,"), "DE", "EUR", ("19", "7"),
        ("Brenner Metallbau GmbH", "Softwarehaus Linde AG", "Kessler & Söhne KG", "Bäckerei Amrum OHG"),
        ("Industriestraße 14", "Am Alten Hafen 3a", "Lindenweg 27"),
        ("70565 Stuttgart", "24103 Kiel", "04109 Leipzig"),
        ("Sechskantschraube M8", "Beratung vor Ort", "Kopierpapier A4", "Wartung Heizung", "Filtereinsatz"),
        ("Stk", "Std", "Pkg"),
    ),
    "fr": Locale(
        _words(_FR), ("%d/%m/%Y", "%d %B %Y"), (" ,", "\u202f,"), "FR", "EUR", ("20", "5.5"),
        ("Atelier Morel SARL", "Durand Conseil SAS", "Imprimerie du Lac SA", "Les Jardins Verts EURL"),
        ("18 rue des Forges", "4 avenue Jean Jaurès", "27 quai de la Loire"),
        ("69003 Lyon", "44000 Nantes", "33000 Bordeaux"),
        ("Vis à bois 4x40", "Conseil technique", "Papier A4", "Entretien annuel", "Cartouche filtrante"),
        ("pièce", "heure", "lot"),
    ),
    "es": Locale(
        _words(_ES), ("%d/%m/%Y", "%d-%m-%Y", "%d de %B de %Y"), (".,",), "ES", "EUR", ("21", "10"),
        ("Talleres Ortega S.L.", "Gestión Norte S.A.", "Papelería Sol S.L.U.", "Aguas del Valle S.L."),
        ("Calle Mayor 15", "Avda. de la Paz 102", "Polígono Sur, nave 7"),
        ("28013 Madrid", "41001 Sevilla", "48009 Bilbao"),
        ("Tornillo M8", "Asesoría técnica", "Papel A4", "Mantenimiento anual", "Cartucho filtro"), ("ud", "h", "caja"),
    ),
    "it": Locale(
        _words(_IT), ("%d/%m/%Y", "%d-%m-%Y", "%d %B %Y"), (".,",), "IT", "EUR", ("22", "10"),
        ("Officine Riva S.r.l.", "Studio Conti S.p.A.", "Cartoleria Fermi S.n.c.", "Molino Bianchi S.r.l."),
        ("Via Garibaldi 22", "Viale dei Pini 8", "Corso Italia 140"),
        ("20121 Milano MI", "40126 Bologna BO", "10121 Torino TO"),
        ("Vite M8 zincata", "Consulenza tecnica", "Carta A4", "Manutenzione", "Cartuccia filtro"),
        ("pz", "ore", "conf"),
    ),
    "nl": Locale(
        _words(_NL), ("%d-%m-%Y", "%d %B %Y", "%d/%m/%Y"), (".,",), "NL", "EUR", ("21", "9"),
        ("Van Dijk Techniek B.V.", "Drukkerij Zuid B.V.", "Jansen Advies V.O.F.", "Bloemen Noord N.V."),
        ("Havenstraat 31", "Kerklaan 7", "Industrieweg 118b"),
        ("3011 AB Rotterdam", "9711 LM Groningen", "5611 EM Eindhoven"),
        ("Schroef M8", "Advies op locatie", "Papier A4", "Onderhoud ketel", "Filterpatroon"), ("stuks", "uur", "doos"),
    ),
    "pt": Locale(
        _words(_PT), ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"), (".,", " ,"), "PT", "EUR", ("23", "6"),
        ("Oficinas Matos, Lda", "Consultoria Norte, S.A.", "Papelaria Central, Lda", "Águas Claras, Lda"),
        ("Rua do Comércio 45", "Avenida da Liberdade 210", "Praça Nova 3"),
        ("1250-096 Lisboa", "4000-322 Porto", "3000-150 Coimbra"),
        ("Parafuso M8", "Consultoria técnica", "Papel A4", "Manutenção anual", "Cartucho de filtro"),
        ("un", "hr", "cx"),
    ),
    "pl": Locale(
        _words(_PL), ("%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y"), (" ,", ".,"), "PL", "PLN", ("23", "8"),
        ("Zakład Metalowy Nowak Sp. z o.o.", "Biuro Plus S.A.", "Usługi IT Kowalska Sp. j.", "Piekarnia Zdrój S.C."),
        ("ul. Fabryczna 12", "al. Jana Pawła II 80", "ul. Polna 5/7"),
        ("00-133 Warszawa", "31-042 Kraków", "80-831 Gdańsk"),
        ("Śruba M8", "Doradztwo techniczne", "Papier A4", "Przegląd roczny", "Wkład filtra"), ("szt", "godz", "op"),
    ),
}  # fmt: skip
MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
